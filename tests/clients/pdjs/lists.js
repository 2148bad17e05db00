// Leafing through more than a page, and what the client says of errors.
"use strict";

const assert = require("node:assert/strict");
const { made } = require("./connections");

const MANY = 105;

async function run(world) {
  const { account } = world;
  for (let number = 0; number < MANY; number += 1) {
    await made(account.post("/teams", { data: { team: { name: `Team ${number}` } } }));
  }
  await byPages(world);
  await byCursor(account);
  await refusals(world);
}

async function byPages(world) {
  const query = { limit: 50, query: "Team " };
  const first = await world.account.get("/teams", { data: query });
  const second = await first.next();
  const third = await second.next();
  assert.equal(third.next, undefined);
  const teams = [first, second, third].flatMap((page) => page.data.teams);
  assert.equal(new Set(teams.map((team) => team.id)).size, MANY);
  // It puts pages together for hosts in .com alone.
  const all = await world.elsewhere().all("/teams", { data: query });
  assert.equal(all.data.flatMap((page) => page.teams).length, MANY);
}

async function byCursor(account) {
  const first = await account.get("/audit/records", { data: { limit: 100 } });
  const query = { limit: 100, cursor: first.data.next_cursor };
  const second = await account.get("/audit/records", { data: query });
  const seen = [...first.data.records, ...second.data.records].map((each) => each.id);
  assert.equal(new Set(seen).size, seen.length);
}

async function refusals(world) {
  const { account } = world;
  assert.equal((await account.get("/users/PNOBODY")).data.error.code, 2100);
  const reading = world.rest(world.keys.reading);
  assert.equal((await reading.post("/teams", { data: { team: { name: "No" } } })).status, 403);
  assert.equal((await world.rest("nobody").get("/users")).status, 401);
}

module.exports = { run };
