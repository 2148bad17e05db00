// Abilities, users with what belongs to them, and teams.
"use strict";

const assert = require("node:assert/strict");
const { made } = require("./connections");

async function run(world) {
  await abilities(world);
  await users(world);
  await contactMethods(world);
  await notificationRules(world);
  await teams(world);
}

async function abilities({ account }) {
  assert.ok((await made(account.get("/abilities"), "abilities")).includes("teams"));
  assert.equal((await account.get("/abilities/teams")).status, 204);
  assert.equal((await account.get("/abilities/flying")).status, 404);
}

async function users(world) {
  const { account } = world;
  world.made.email = `bob@${world.subdomain}.example`;
  const user = { type: "user", name: "Bob", email: world.made.email };
  world.made.bob = await made(account.post("/users", { data: { user } }), "user");
  const one = `/users/${world.made.bob.id}`;
  const job = { user: { job_title: "Engineer" } };
  assert.equal((await made(account.put(one, { data: job }), "user")).job_title, "Engineer");
  assert.equal((await made(account.get(one), "user")).name, "Bob");
  const found = await account.get("/users", { data: { query: world.made.email } });
  assert.deepEqual(found.data.users.map((each) => each.id), [world.made.bob.id]);
  const me = await made(world.rest(world.keys.user).get("/users/me"), "user");
  assert.equal(me.email, world.email);
  const double = await account.post("/users", { data: { user } });
  assert.equal(double.status, 400);
  assert.deepEqual(double.data.error.errors, ["Email has already been taken"]);
  const draft = { ...user, email: `gone.${user.email}` };
  const gone = await made(account.post("/users", { data: { user: draft } }), "user");
  assert.equal((await account.delete(`/users/${gone.id}`)).status, 204);
  assert.equal((await account.get(`/users/${gone.id}`)).status, 404);
}

async function contactMethods(world) {
  const { account } = world;
  const path = `/users/${world.made.bob.id}/contact_methods`;
  const sent = {
    type: "sms_contact_method",
    label: "Mobile",
    country_code: 49,
    address: "15123456789",
  };
  const data = { contact_method: sent };
  const mobile = await made(account.post(path, { data }), "contact_method");
  const one = `${path}/${mobile.id}`;
  assert.equal((await made(account.get(one), "contact_method")).address, sent.address);
  const work = { contact_method: { ...sent, label: "Work" } };
  const changed = await made(account.put(one, { data: work }), "contact_method");
  assert.equal(changed.label, "Work");
  assert.equal((await made(account.get(path), "contact_methods")).length, 2);
  world.made.mobile = mobile;
}

async function notificationRules(world) {
  const { account } = world;
  const path = `/users/${world.made.bob.id}/notification_rules`;
  const rule = {
    type: "assignment_notification_rule",
    start_delay_in_minutes: 5,
    urgency: "high",
    contact_method: { id: world.made.mobile.id, type: "sms_contact_method" },
  };
  const data = { notification_rule: rule };
  const first = await made(account.post(path, { data }), "notification_rule");
  const one = `${path}/${first.id}`;
  assert.equal((await made(account.get(one), "notification_rule")).id, first.id);
  const later = { notification_rule: { ...rule, start_delay_in_minutes: 10 } };
  const changed = await made(account.put(one, { data: later }), "notification_rule");
  assert.equal(changed.start_delay_in_minutes, 10);
  assert.ok((await made(account.get(path), "notification_rules")).length >= 1);
  assert.equal((await account.delete(one)).status, 204);
}

async function teams(world) {
  const { account } = world;
  const data = { team: { type: "team", name: "Shop" } };
  const team = await made(account.post("/teams", { data }), "team");
  const one = `/teams/${team.id}`;
  const renamed = { team: { name: "Shop", description: "Sells things" } };
  const changed = await made(account.put(one, { data: renamed }), "team");
  assert.equal(changed.description, "Sells things");
  assert.equal((await made(account.get(one), "team")).id, team.id);
  assert.equal((await made(account.get("/teams"), "teams")).length, 1);
  const member = `${one}/users/${world.made.bob.id}`;
  const role = { role: "responder" };
  assert.equal((await account.put(member, { data: role })).status, 204);
  const members = await made(account.get(`${one}/members`), "members");
  assert.deepEqual(members.map((each) => each.role), ["responder"]);
  assert.equal((await account.delete(member)).status, 204);
  assert.equal((await account.delete(one)).status, 204);
}

module.exports = { run };
