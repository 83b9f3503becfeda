// Runs a workflow as n8n would, as far as the recipes of the handbook go: one line of nodes, of the kinds below.
// Reads {workflow, event, settings, credentials} as JSON, and says which nodes ran, or what went wrong.

const given = JSON.parse(await new Response(process.stdin).text());
const { nodes, connections } = given.workflow;
const ran = {};

// An expression sees the item as it comes in, and what the nodes before made of it.
function scope(item, more = {}) {
  const earlier = (name) => {
    if (!(name in ran)) throw new Error(`No node ${name} ran before.`);
    return { item: { json: item.seen[name] }, first: () => ({ json: ran[name][0].json }), all: () => ran[name] };
  };
  return { $json: item.json, $: earlier, ...more };
}

function evaluated(code, names) {
  return new Function(...Object.keys(names), code)(...Object.values(names));
}

// A text that begins with = is a template; one that is a single pair of braces keeps its kind.
function value(text, item, more) {
  if (typeof text !== "string" || !text.startsWith("=")) return text;
  const parts = text.slice(1).split(/\{\{([\s\S]*?)\}\}(?!\})/);
  const made = parts.map((part, at) => (at % 2 ? evaluated(`return (${part});`, scope(item, more)) : part));
  return made.length === 3 && !made[0] && !made[2] ? made[1] : made.join("");
}

function credential(node) {
  const { authentication, genericAuthType, nodeCredentialType } = node.parameters;
  const kind = authentication === "genericCredentialType" ? genericAuthType : nodeCredentialType;
  const { name } = node.credentials[kind];
  if (!(name in given.credentials)) throw new Error(`No credential ${name}.`);
  return given.credentials[name];
}

async function fetched(node, url, item) {
  const { method, sendHeaders, headerParameters, sendBody, jsonBody } = node.parameters;
  const headers = { accept: "application/json,text/html,application/xhtml+xml,application/xml,text/*;q=0.9, image/*;q=0.8, */*;q=0.7", ...credential(node) };
  for (const one of sendHeaders ? headerParameters.parameters : []) headers[one.name] = value(one.value, item);
  const body = sendBody ? value(jsonBody, item) : undefined;
  if (body !== undefined) headers["content-type"] = "application/json";
  for (let left = node.retryOnFail ? node.maxTries : 1; ; ) {
    const answer = await fetch(url, { method, headers, body });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    if (!--left) throw new Error(`${node.name}: ${answer.status} ${text}`);
  }
}

async function request(node, item) {
  const { url, sendQuery, queryParameters, options } = node.parameters;
  const to = new URL(value(url, item));
  for (const one of sendQuery ? queryParameters.parameters : []) to.searchParams.append(one.name, value(one.value, item));
  const pages = options.pagination?.pagination;
  const made = [];
  for (let next = to; next; ) {
    const body = await fetched(node, next, item);
    made.push(body);
    const response = { $response: { body } };
    next = pages && !value(pages.completeExpression, item, response) ? value(pages.nextURL, item, response) : null;
  }
  return made;
}

const kinds = {
  "n8n-nodes-base.webhook": () => [{ headers: {}, params: {}, query: {}, body: given.event }],
  "n8n-nodes-base.scheduleTrigger": () => [{}],
  "n8n-nodes-base.set": (node, item) => {
    const made = node.parameters.includeOtherFields ? { ...item.json } : {};
    for (const one of node.parameters.assignments.assignments) {
      const said = one.name in given.settings ? given.settings[one.name] : value(one.value, item);
      made[one.name] = one.type === "object" && typeof said === "string" ? JSON.parse(said) : said;
    }
    return [made];
  },
  "n8n-nodes-base.httpRequest": request,
};

// A code node sees all items at once; the others are run for each.
function coded(node, items) {
  const input = { all: () => items, first: () => items[0] };
  const made = evaluated(node.parameters.jsCode, { ...scope(items[0]), $input: input });
  return made.map((one, at) => ({ json: one.json, seen: (items[at] ?? items[0]).seen }));
}

async function outcome(node, items) {
  if (node.type === "n8n-nodes-base.code") return coded(node, items);
  const made = [];
  for (const item of items) {
    for (const json of await kinds[node.type](node, item)) made.push({ json, seen: item.seen });
  }
  return made;
}

const targets = new Set(Object.values(connections).flatMap((one) => one.main.flat().map((to) => to.node)));
let [node] = nodes.filter((one) => !targets.has(one.name));
let items = [{ json: {}, seen: {} }];
try {
  while (node && items.length) {
    const { name } = node;
    items = (await outcome(node, items)).map((one) => ({ json: one.json, seen: { ...one.seen, [name]: one.json } }));
    ran[name] = items;
    const onward = connections[name]?.main[0][0].node;
    node = nodes.find((one) => one.name === onward);
  }
  console.log(JSON.stringify({ ran: Object.keys(ran), error: null }));
} catch (error) {
  console.log(JSON.stringify({ ran: Object.keys(ran), error: error.message }));
}
