// What tools report, and the alerts that come of it.
"use strict";

const assert = require("node:assert/strict");
const { made } = require("./connections");

const PATIENCE = 60_000;

async function run(world) {
  const client = world.events();
  const about = (key) => ({ routing_key: world.made.key, dedup_key: key });
  for (const severity of ["critical", "error", "warning", "info"]) {
    const payload = { summary: `Disk ${severity}`, source: "db-1", severity };
    const answer = await client.trigger({ ...about(`disk-${severity}`), payload });
    assert.equal(answer.status, 202);
    assert.equal(answer.data.dedup_key, `disk-${severity}`);
  }
  assert.equal((await client.acknowledge(about("disk-critical"))).status, 202);
  assert.equal((await client.resolve(about("disk-critical"))).status, 202);
  const deployed = { summary: "Deployed 1.2", timestamp: "2026-01-01T00:00:00Z" };
  const change = { routing_key: world.made.key, payload: deployed };
  assert.equal((await client.change(change)).status, 202);
  const strange = { routing_key: "0".repeat(32), event_action: "trigger" };
  assert.equal((await client.event(strange)).status, 400);
  await alerts(world);
}

async function alerts(world) {
  const { account } = world;
  const [incident, alert] = await arrived(world, "disk-error");
  const path = `/incidents/${incident.id}/alerts`;
  const one = `${path}/${alert.id}`;
  assert.equal((await made(account.get(one), "alert")).severity, "error");
  const ended = { id: alert.id, type: "alert", status: "resolved" };
  const single = await made(account.put(one, { data: { alert: ended } }), "alert");
  assert.equal(single.status, "resolved");
  const [other, second] = await arrived(world, "disk-warning");
  const data = { alerts: [{ ...ended, id: second.id }] };
  const many = await made(account.put(`/incidents/${other.id}/alerts`, { data }), "alerts");
  assert.deepEqual(many.map((each) => each.status), ["resolved"]);
}

/** Read until the worker has taken what was accepted. */
async function arrived(world, key) {
  // With a key of its own, so that this counts for nobody's limit.
  const reader = world.rest(world.keys.user);
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const query = { data: { incident_key: key } };
    const [incident] = await made(reader.get("/incidents", query), "incidents");
    if (incident) {
      const found = await made(reader.get(`/incidents/${incident.id}/alerts`), "alerts");
      return [incident, found[0]];
    }
  }
  throw new Error(`${key} never became an alert`);
}

module.exports = { run };
