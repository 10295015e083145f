// What a Bull 4 deployment does to a queue. Arguments: the library's folder, Redis' port, the
// queue's name, a verb, and its settings as JSON, or "@" and the file that has them. What it has to say it says as JSON, a line each.
'use strict';

const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');

const [folder, port, name, verb, settings] = process.argv.slice(2);
const library = createRequire(folder + '/package.json');
const Bull = library('bull');

const redis = { host: '127.0.0.1', port: Number(port) };
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');

/** Ends with this process's standard input. */
const untilToldToStop = () =>
  new Promise((resolve) => process.stdin.on('end', resolve).on('close', resolve).resume());

const verbs = {
  /** Adds jobs, {data, opts} each. */
  async add(queue, jobs) {
    for (let at = 0; at < jobs.length; at += 500) {
      await Promise.all(
        jobs.slice(at, at + 500).map(({ data, opts }) => queue.add(data, opts)),
      );
    }
    say(jobs.length);
  },

  /** Runs jobs and says the jobId of each. */
  async work(queue, { concurrency, fails, hangs }) {
    queue.process(concurrency, async (job) => {
      say(job.data.jobId);
      if (hangs) await new Promise(() => {});
      if (fails) throw new Error(fails);
      return { by: 'Bull' };
    });
    await queue.isReady();
    await untilToldToStop();
  },

  async counts(queue) {
    say(await queue.getJobCounts());
  },

  async pause(queue) {
    await queue.pause();
    say(true);
  },

  async resume(queue) {
    await queue.resume();
    say(true);
  },

  /** What the dashboard answers to these requests, {method, path} each. */
  async board(queue, requests) {
    const { createBullBoard } = library('@bull-board/api');
    const { BullAdapter } = library('@bull-board/api/bullAdapter');
    const { ExpressAdapter } = library('@bull-board/express');
    const app = library('express')();
    const serverAdapter = new ExpressAdapter();
    createBullBoard({ queues: [new BullAdapter(queue)], serverAdapter });
    app.use('/', serverAdapter.getRouter());
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    for (const { method, path } of requests) {
      const url = `http://127.0.0.1:${server.address().port}${path}`;
      const answer = await fetch(url, { method });
      const text = await answer.text();
      say({ status: answer.status, body: text ? JSON.parse(text) : null });
    }
    server.closeAllConnections();
    server.close();
  },
};

(async () => {
  const queue = new Bull(name, {
    redis,
    // Checks for workers that are gone often enough for a test to see many of them.
    settings: { stalledInterval: 200, guardInterval: 200 },
  });
  let given = JSON.parse(settings);
  if (typeof given === 'string') given = JSON.parse(readFileSync(given.slice(1), 'utf8'));
  await verbs[verb](queue, given);
  await queue.close(true);
  process.exit(0);
})().catch((error) => {
  process.stderr.write(String(error && error.stack) + '\n');
  process.exit(1);
});
