// Services with their integrations, vendors, priorities and maintenance windows.
"use strict";

const assert = require("node:assert/strict");
const { made } = require("./connections");

async function run(world) {
  await services(world);
  await integrations(world);
  await vendorsAndPriorities(world);
  await maintenanceWindows(world);
}

async function services(world) {
  const { account } = world;
  const policy = { id: world.made.policy.id, type: "escalation_policy_reference" };
  const service = { type: "service", name: "Checkout", escalation_policy: policy };
  const first = await made(account.post("/services", { data: { service } }), "service");
  const one = `/services/${first.id}`;
  const timeout = { service: { acknowledgement_timeout: 900 } };
  const changed = await made(account.put(one, { data: timeout }), "service");
  assert.equal(changed.acknowledgement_timeout, 900);
  assert.equal((await made(account.get(one), "service")).id, first.id);
  assert.equal((await made(account.get("/services"), "services")).length, 1);
  const draft = { service: { ...service, name: "Draft" } };
  const gone = await made(account.post("/services", { data: draft }), "service");
  assert.equal((await account.delete(`/services/${gone.id}`)).status, 204);
  world.made.service = first;
}

async function integrations(world) {
  const { account } = world;
  const path = `/services/${world.made.service.id}/integrations`;
  const type = "events_api_v2_inbound_integration";
  const data = { integration: { type, name: "Prometheus" } };
  const first = await made(account.post(path, { data }), "integration");
  const one = `${path}/${first.id}`;
  const key = (await made(account.get(one), "integration")).integration_key;
  assert.equal(key, first.integration_key);
  const renamed = { integration: { type, name: "Alertmanager" } };
  const changed = await made(account.put(one, { data: renamed }), "integration");
  assert.equal(changed.name, "Alertmanager");
  world.made.key = key;
}

async function vendorsAndPriorities(world) {
  const [vendor] = await made(world.account.get("/vendors"), "vendors");
  const same = await made(world.account.get(`/vendors/${vendor.id}`), "vendor");
  assert.equal(same.name, vendor.name);
  const found = await made(world.account.get("/priorities"), "priorities");
  world.made.priority = found[0];
}

async function maintenanceWindows(world) {
  const { account } = world;
  const path = "/maintenance_windows";
  const start = Date.now() + 24 * 3600 * 1000;
  const window = {
    type: "maintenance_window",
    start_time: new Date(start).toISOString(),
    end_time: new Date(start + 3600 * 1000).toISOString(),
    services: [{ id: world.made.service.id, type: "service_reference" }],
  };
  const data = { maintenance_window: window };
  const first = await made(account.post(path, { data }), "maintenance_window");
  const one = `${path}/${first.id}`;
  const described = { maintenance_window: { ...window, description: "Database" } };
  const changed = await made(account.put(one, { data: described }), "maintenance_window");
  assert.equal(changed.description, "Database");
  assert.equal((await made(account.get(one), "maintenance_window")).id, first.id);
  const future = { data: { filter: "future" } };
  const listed = await made(account.get(path, future), "maintenance_windows");
  assert.equal(listed.length, 1);
  assert.equal((await account.delete(one)).status, 204);
}

module.exports = { run };
