// A certified OpenID provider (npm `oidc-provider`), a small system whose tokens it gives, and a panel for tests.
//
//   node server.mjs PROVIDER_PORT SYSTEM_PORT LOG
//
// Every request is a line of the log: who was asked, method, path, what kind of grant, status. What a token may do is asked of
// the provider itself, so that a revoked one is refused at once.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [providerPort, systemPort, log] = process.argv.slice(2);
const { resolve } = createRequire(`${process.env.MODULES}/`);
const { Provider, errors } = await import(pathToFileURL(resolve("oidc-provider")));

const issuer = `http://127.0.0.1:${providerPort}`;
const system = `http://127.0.0.1:${systemPort}`;
const write = (...words) => appendFileSync(log, `${words.join(" ")}\n`);
const device = "urn:ietf:params:oauth:grant-type:device_code";

const client = (id, more) => ({
  client_id: id,
  application_type: "native",
  redirect_uris: ["http://127.0.0.1/callback"],
  response_types: ["code"],
  grant_types: ["authorization_code", "refresh_token", device],
  token_endpoint_auth_method: "none",
  ...more,
});
const confidential = { grant_types: ["client_credentials"], redirect_uris: [], response_types: [] };

const provider = new Provider(issuer, {
  clients: [
    client("attache-of-the-company"),
    client("attache-with-a-secret", { client_secret: "the-secret-of-the-program", token_endpoint_auth_method: "client_secret_basic" }),
    client("attache-itself", { ...confidential, client_secret: "the-secret-of-the-program", token_endpoint_auth_method: "client_secret_post" }),
  ],
  scopes: ["openid", "offline_access", "tickets:read", "tickets:write"],
  claims: { openid: ["sub"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    registration: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => {
        if (resource !== system && resource !== "https://another.example") throw new errors.InvalidTarget();
        return { scope: "tickets:read tickets:write", audience: resource, accessTokenFormat: "opaque", accessTokenTTL: 3600 };
      },
    },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
  ttl: { AccessToken: 3600, AuthorizationCode: 60, ClientCredentials: 3600, DeviceCode: 600, Grant: 86400, IdToken: 600, Interaction: 600, RefreshToken: 86400, Session: 600 },
  cookies: { keys: ["only for tests"] },
});

// Tokens that the system takes: those given since the panel was told that all end.
const young = new Set();
for (const kind of ["access_token", "client_credentials"]) provider.on(`${kind}.saved`, (token) => young.add(token.jti));
let hold = false;
let release = () => {};

provider.use(async (ctx, next) => {
  await next();
  const kind = ctx.oidc?.params?.grant_type ?? "";
  write("provider", ctx.method, ctx.path, kind.split(":").pop(), ctx.status);
  if (hold && ctx.path === "/token" && ctx.status === 200) {
    hold = false;
    write("held");
    await new Promise((go) => (release = go));
  }
});
provider.listen(Number(providerPort), "127.0.0.1");

const answer = (response, status, value) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};

const panel = {
  "/panel/expire": () => young.clear(),
  "/panel/hold": () => (hold = true),
  "/panel/release": () => release(),
};

const tickets = [{ id: "4812", title: "Gripper drops boxes" }];

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, system);
  if (request.method === "POST" && panel[pathname]) {
    panel[pathname]();
    return answer(response, 200, {});
  }
  const text = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const token = (await provider.AccessToken.find(text)) ?? (await provider.ClientCredentials.find(text));
  const good = token && token.aud === system && young.has(token.jti);
  const allowed = good && (request.method === "GET" ? token.scope.includes("tickets:read") : token.scope.includes("tickets:write"));
  const found = pathname === "/tickets" ? { items: tickets } : tickets.find((ticket) => pathname === `/tickets/${ticket.id}`);
  const status = !good ? 401 : !allowed ? 403 : found ? 200 : 404;
  write("system", request.method, pathname, status);
  answer(response, status, status === 200 ? found : { message: "No." });
}).listen(Number(systemPort), "127.0.0.1");
