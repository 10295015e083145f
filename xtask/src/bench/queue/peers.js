// What Bull 4 and BullMQ do with the same work on the same Redis. Arguments: the folder in which
// the packages are installed, Redis' port, whose turn it is, and what to do with the numbers that
// say how often. Says one number, or several as a list.
'use strict';

const { createRequire } = require('node:module');

const [folder, port, peer, what, ...numbers] = process.argv.slice(2);
const library = createRequire(folder + '/package.json');
const [count, atOnce] = numbers.map(Number);
const connection = { host: '127.0.0.1', port: Number(port) };
const NAME = 'lesson-generation';
const DATA = { jobId: '01900000-0000-7000-8000-000000000000', ownerId: 'alice' };
const KEEP = { removeOnComplete: 1000, removeOnFail: 1000 };

const peers = {
  bull() {
    const Bull = library('bull');
    const queue = new Bull(NAME, { redis: connection });
    return {
      ready: () => queue.isReady(),
      add: (priority) => queue.add(DATA, { ...KEEP, priority }),
      addBulk: (priorities) =>
        queue.addBulk(priorities.map((priority) => ({ data: DATA, opts: { ...KEEP, priority } }))),
      work: async (slots, run) => void queue.process(slots, run),
    };
  },
  bullmq() {
    const { Queue, Worker } = library('bullmq');
    const queue = new Queue(NAME, { connection });
    return {
      ready: () => queue.waitUntilReady(),
      add: (priority) => queue.add('lesson', DATA, { ...KEEP, priority }),
      addBulk: (priorities) =>
        queue.addBulk(
          priorities.map((priority) => ({ name: 'lesson', data: DATA, opts: { ...KEEP, priority } })),
        ),
      async work(slots, run) {
        const settings = { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: slots };
        await new Worker(NAME, run, settings).waitUntilReady();
      },
    };
  },
};

const queue = peers[peer]();
const priority = (n) => (n % 3) + 1;
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** A second's worth of what took from then till now. */
const rate = (began) => (count * 1000) / (now() - began);

async function addAll() {
  let next = 0;
  const caller = async () => {
    while (next < count) await queue.add(priority(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
}

async function addInBulk() {
  for (let at = 0; at < count; at += atOnce) {
    await queue.addBulk(Array.from({ length: atOnce }, (_, n) => priority(at + n)));
  }
}

const verbs = {
  async adds() {
    const began = now();
    await addAll();
    return rate(began);
  },

  async bulk() {
    const began = now();
    await addInBulk();
    return rate(began);
  },

  /** Runs what was added before by as many slots. */
  async run() {
    const slots = atOnce;
    let left = count;
    let done;
    const all = new Promise((resolve) => (done = resolve));
    const began = now();
    await queue.work(slots, async () => {
      if (--left === 0) done();
    });
    await all;
    return rate(began);
  },

  /** From each add to its start, one at a time, in ms. */
  async idle() {
    let started;
    await queue.work(1, async () => started(now()));
    const taken = [];
    for (let n = 0; n < count; n++) {
      const began = now();
      const start = new Promise((resolve) => (started = resolve));
      await queue.add(1);
      taken.push((await start) - began);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return taken;
  },

  /** Each add of a high job, in ms. */
  async high() {
    const taken = [];
    for (let n = 0; n < count; n++) {
      const began = now();
      await queue.add(1);
      taken.push(now() - began);
    }
    return taken;
  },
};

(async () => {
  await queue.ready();
  process.stdout.write(JSON.stringify(await verbs[what]()));
  process.exit(0);
})().catch((error) => {
  process.stderr.write(String(error && error.stack) + '\n');
  process.exit(1);
});
