// Schedules and escalation policies, and who is on call by them.
"use strict";

const assert = require("node:assert/strict");
const { made } = require("./connections");

const DAY = { since: "2027-03-02T00:00:00+01:00", until: "2027-03-03T00:00:00+01:00" };

async function run(world) {
  await schedules(world);
  await overrides(world);
  await policies(world);
  await onCalls(world);
}

function weekly(bob) {
  return {
    name: "Weekly",
    start: "2027-03-01T09:00:00+01:00",
    rotation_virtual_start: "2027-03-01T09:00:00+01:00",
    rotation_turn_length_seconds: 604800,
    users: [{ user: { id: bob.id, type: "user_reference" } }],
  };
}

async function schedules(world) {
  const { account } = world;
  const schedule = {
    type: "schedule",
    name: "Primary",
    time_zone: "Europe/Berlin",
    schedule_layers: [weekly(world.made.bob)],
  };
  const data = { schedule };
  const asked = { data, queryParameters: DAY };
  const preview = await made(account.post("/schedules/preview", asked), "schedule");
  assert.equal(preview.final_schedule.rendered_coverage_percentage, 100);
  const first = await made(account.post("/schedules", { data }), "schedule");
  const one = `/schedules/${first.id}`;
  const shown = await made(account.get(one, { data: DAY }), "schedule");
  assert.equal(shown.final_schedule.rendered_schedule_entries.length, 1);
  const described = { schedule: { ...schedule, description: "By week" } };
  const changed = await made(account.put(one, { data: described }), "schedule");
  assert.equal(changed.description, "By week");
  assert.equal((await made(account.get("/schedules"), "schedules")).length, 1);
  assert.equal((await made(account.get(`${one}/users`, { data: DAY }), "users")).length, 1);
  const draft = { schedule: { ...schedule, name: "Draft" } };
  const gone = await made(account.post("/schedules", { data: draft }), "schedule");
  assert.equal((await account.delete(`/schedules/${gone.id}`)).status, 204);
  world.made.schedule = first;
}

async function overrides(world) {
  const { account } = world;
  const path = `/schedules/${world.made.schedule.id}/overrides`;
  const evening = {
    start: "2027-03-02T18:00:00+01:00",
    end: "2027-03-02T19:30:00+01:00",
    user: { id: world.made.bob.id, type: "user_reference" },
  };
  const answer = await made(account.post(path, { data: { overrides: [evening] } }));
  assert.equal(answer.data[0].status, 201);
  const [found] = await made(account.get(path, { data: DAY }), "overrides");
  assert.equal(found.id, answer.data[0].override.id);
  assert.equal((await account.delete(`${path}/${found.id}`)).status, 204);
}

async function policies(world) {
  const { account } = world;
  const target = { id: world.made.bob.id, type: "user_reference" };
  const policy = {
    type: "escalation_policy",
    name: "Nights",
    escalation_rules: [{ escalation_delay_in_minutes: 10, targets: [target] }],
  };
  const data = { escalation_policy: policy };
  const path = "/escalation_policies";
  const first = await made(account.post(path, { data }), "escalation_policy");
  const one = `${path}/${first.id}`;
  const renamed = { escalation_policy: { ...policy, name: "Nights and weekends" } };
  const changed = await made(account.put(one, { data: renamed }), "escalation_policy");
  assert.equal(changed.name, "Nights and weekends");
  assert.equal((await made(account.get(one), "escalation_policy")).id, first.id);
  assert.equal((await made(account.get(path), "escalation_policies")).length, 2);
  const draft = { escalation_policy: { ...policy, name: "Draft" } };
  const gone = await made(account.post(path, { data: draft }), "escalation_policy");
  assert.equal((await account.delete(`${path}/${gone.id}`)).status, 204);
  world.made.policy = first;
}

async function onCalls(world) {
  const query = { "user_ids[]": [world.made.bob.id], include: "users" };
  const found = await made(world.account.get("/oncalls", { data: query }), "oncalls");
  assert.deepEqual(found.map((each) => each.escalation_level), [1]);
  assert.equal(found[0].user.email, world.made.email);
}

module.exports = { run };
