// The official client told where we are, and an eye on each request that leaves Node.
"use strict";

const https = require("node:https");
const tls = require("node:tls");
const channel = require("node:diagnostics_channel");
const { api, event, acknowledge, resolve, trigger, change } = require("@pagerduty/pdjs");

channel.subscribe("http.client.response.finish", ({ request, response }) => {
  const path = request.path.split("?")[0];
  say({ method: request.method, path, status: response.statusCode });
});

function say(words) {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

/** Where the instance is, what opens it, and what earlier parts made there. */
class World {
  constructor(given) {
    Object.assign(this, given);
    this.made = {};
    this.account = this.rest(given.keys.account, { headers: { From: given.email } });
  }

  rest(token, options = {}) {
    return api({ server: `${this.server}/api`, token, ...options });
  }

  /** The same instance at the root of its other name, on a port where nobody listens. */
  elsewhere() {
    const [, port] = this.server.split(":");
    const agent = new https.Agent();
    agent.createConnection = (options) =>
      tls.connect({ ...options, host: "127.0.0.1", port, servername: this.name });
    return api({ server: this.name, token: this.keys.account, agent });
  }

  events() {
    const server = this.server;
    const bound = (call) => (data) => call({ server, data });
    return {
      event: bound(event),
      trigger: bound(trigger),
      acknowledge: bound(acknowledge),
      resolve: bound(resolve),
      change: bound(change),
    };
  }
}

/** Send the data, and take what the answer holds under the name. */
async function made(call, name) {
  const answer = await call;
  if (answer.status >= 300) {
    throw new Error(`${answer.url}: ${answer.status} ${JSON.stringify(answer.data)}`);
  }
  return name ? answer.data[name] : answer;
}

module.exports = { World, made, say };
