// Calls once, then again when told to, which only a patient client gets through.
"use strict";

const assert = require("node:assert/strict");
const readline = require("node:readline");
const { World, made } = require("./connections");

async function main() {
  const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const world = new World(JSON.parse((await lines.next()).value));
  const patient = world.rest(world.keys.account, { retryTimeout: 3000 });
  await made(patient.get("/priorities"), "priorities");
  await lines.next();
  assert.ok(await made(patient.get("/priorities"), "priorities"));
  process.exit(0);
}

main();
