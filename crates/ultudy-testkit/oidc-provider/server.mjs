// An OpenID provider (oidc-provider, certified by the OpenID Foundation) on a free port of this
// machine. Settings come as JSON in the first argument; once it listens it prints its issuer.
// Whoever signs in at its forms is who they say they are, with any password.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { pathToFileURL } from "node:url";

const settings = JSON.parse(process.argv[2]);
const { default: Provider } = await import(pathToFileURL(settings.library));

const tls = settings.tls && {
  key: readFileSync(settings.tls.key),
  cert: readFileSync(settings.tls.cert),
};
const server = tls ? createSecureServer(tls) : createServer();
await new Promise((done) => server.listen(settings.port, "127.0.0.1", done));
const { port } = server.address();
const issuer = `${tls ? "https" : "http"}://${tls ? "localhost" : "127.0.0.1"}:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "ultudy",
      client_secret: settings.secret ?? undefined,
      token_endpoint_auth_method: settings.secret ? "client_secret_basic" : "none",
      redirect_uris: [settings.redirect],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], roles: ["roles"] },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: `${sub}@example.org`, roles: settings.roles[sub] ?? [] }),
  }),
  pkce: { required: () => true },
  cookies: { keys: ["test"] },
  features: { rpInitiatedLogout: { enabled: true } },
});
server.on("request", provider.callback());
console.log(`issuer ${issuer}`);
