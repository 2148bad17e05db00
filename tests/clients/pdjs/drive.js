// Runs each part in turn and says how it went; a later one uses what earlier ones made.
"use strict";

const { readFileSync } = require("node:fs");
const { World, say } = require("./connections");

const PARTS = ["people", "rotas", "catalogue", "incidents", "events", "lists"];

async function main() {
  const world = new World(JSON.parse(readFileSync(0, "utf8")));
  for (const part of PARTS) {
    let failure = null;
    try {
      await require(`./${part}`).run(world);
    } catch (error) {
      failure = error.stack ?? JSON.stringify(error.data ?? error);
    }
    say({ part, failure });
  }
}

main();
