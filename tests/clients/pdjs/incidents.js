// An incident from its opening to its end, and what people say and do around it.
"use strict";

const assert = require("node:assert/strict");
const { made } = require("./connections");

async function run(world) {
  await open(world);
  await work(world);
  await talk(world);
  await ask(world);
  await update(world);
  await read(world);
  await resolve(world);
}

async function open(world) {
  const service = { id: world.made.service.id, type: "service_reference" };
  for (const name of ["slow", "down"]) {
    const incident = { type: "incident", title: `It is ${name}`, service };
    const call = world.account.post("/incidents", { data: { incident } });
    world.made[name] = await made(call, "incident");
  }
  const mine = { "service_ids[]": [service.id], "statuses[]": ["triggered"] };
  const found = await made(world.account.get("/incidents", { data: mine }), "incidents");
  assert.equal(found.length, 2);
}

async function work(world) {
  const { account } = world;
  const one = `/incidents/${world.made.slow.id}`;
  const incident = { type: "incident_reference", status: "acknowledged" };
  const taken = await made(account.put(one, { data: { incident } }), "incident");
  assert.equal(taken.status, "acknowledged");
  const rest = account.post(`${one}/snooze`, { data: { duration: 600 } });
  assert.equal((await made(rest, "incident")).pending_actions[0].type, "unacknowledge");
  const source = { id: world.made.down.id, type: "incident_reference" };
  const merge = account.put(`${one}/merge`, { data: { source_incidents: [source] } });
  assert.equal((await made(merge, "incident")).id, world.made.slow.id);
  const shown = await made(account.get(`/incidents/${source.id}`), "incident");
  assert.equal(shown.status, "resolved");
}

async function talk(world) {
  const path = `/incidents/${world.made.slow.id}/notes`;
  const data = { note: { content: "Disk replaced" } };
  await made(world.account.post(path, { data }), "note");
  const notes = await made(world.account.get(path), "notes");
  assert.ok(notes.some((note) => note.content === "Disk replaced"));
}

async function ask(world) {
  const path = `/incidents/${world.made.slow.id}/responder_requests`;
  const target = { id: world.made.bob.id, type: "user_reference" };
  const me = await made(world.rest(world.keys.user).get("/users/me"), "user");
  const data = {
    requester_id: me.id,
    message: "Please join",
    responder_request_targets: [{ responder_request_target: target }],
  };
  const asked = await made(world.account.post(path, { data }), "responder_request");
  assert.equal(asked.message, "Please join");
  const cancelled = { requester_id: me.id, responder_request_targets: [target] };
  const answer = await made(world.account.put(`${path}/cancel`, { data: cancelled }));
  assert.ok(answer.data);
}

async function update(world) {
  const path = `/incidents/${world.made.slow.id}/status_updates`;
  const bob = { subscriber_id: world.made.bob.id, subscriber_type: "user" };
  const data = { subscribers: [bob] };
  await made(world.account.post(`${path}/subscribers`, { data }));
  const found = await made(world.account.get(`${path}/subscribers`), "subscribers");
  assert.equal(found.length, 1);
  const said = world.account.post(path, { data: { message: "We are on it" } });
  assert.equal((await made(said, "status_update")).message, "We are on it");
  const gone = await made(world.account.post(`${path}/unsubscribe`, { data }));
  assert.equal(gone.data.deleted_count, 1);
}

async function read(world) {
  const path = `/incidents/${world.made.slow.id}/log_entries`;
  const entries = await made(world.account.get(path), "log_entries");
  const one = await made(world.account.get(`/log_entries/${entries[0].id}`), "log_entry");
  assert.equal(one.type, "trigger_log_entry");
  assert.ok((await made(world.account.get("/log_entries"), "log_entries")).length > 5);
  const since = new Date(Date.now() - 3600 * 1000).toISOString();
  const until = new Date(Date.now() + 3600 * 1000).toISOString();
  await made(world.account.get("/notifications", { data: { since, until } }), "notifications");
}

async function resolve(world) {
  const id = world.made.slow.id;
  const ended = { id, type: "incident_reference", status: "resolved" };
  const data = { incidents: [ended] };
  const found = await made(world.account.put("/incidents", { data }), "incidents");
  assert.deepEqual(found.map((incident) => incident.status), ["resolved"]);
  const again = await world.account.put("/incidents", { data });
  assert.equal(again.status, 400);
}

module.exports = { run };
