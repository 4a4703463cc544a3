// A consultation over the JSON API, in JavaScript: node examples/clients/consultation.mjs URL ACCOUNT, with the key in PHARMACYFIRST_API_KEY.
// ACCOUNT stands for the pharmacist and the PMR: who, when, what they answer, what they did (examples/account-uti.json, a training patient).
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

// Post JSON; what the server answers, as text. once names what is written, so that it can be sent again and is written once.
export async function post(server, path, body, once) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${server.key}` };
  if (once) headers["idempotency-key"] = once;
  const reply = await fetch(server.url + path, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
  const text = await reply.text();
  if (reply.ok) return text;
  const problem = JSON.parse(text); // never an all-clear
  throw new Error(`${problem.code}: ${problem.detail}`);
}

// Hold a consultation. answer(name) puts a question to somebody and gives the answer, null for not known.
export async function hold(server, pathway, as_of, answer) {
  const facts = {};
  for (;;) {
    const { ask } = JSON.parse(await post(server, "/v1/next-questions", { pathway, as_of, facts }));
    if (ask === null) return { found: JSON.parse(await post(server, "/v1/assessments", { pathway, as_of, facts })), facts };
    facts[ask] = await answer(ask);
  }
}

if (process.argv.length > 3) {
  const [url, file] = process.argv.slice(2);
  const server = { url, key: process.env.PHARMACYFIRST_API_KEY };
  const account = JSON.parse(readFileSync(file, "utf8"));
  const { found, facts } = await hold(server, account.pathway, account.as_of, (name) => account.facts[name] ?? null);
  console.log(found.outcome.says, ...found.offers.map((offer) => offer.pgd));
  if (found.outcome.kind === "supply") {
    // A consultation of its own each time, and a key of its own for the one thing that is written. For a real supply the id is the one
    // that the permit was given for, and the key is kept with the consultation until the answer is there.
    account.id = randomUUID();
    const once = randomUUID();
    // What the pharmacist did. A training patient's may be as if at another time; anybody else's is recorded now, without at.
    const at = encodeURIComponent(account.ended_at);
    account.facts = facts;
    const kept = JSON.parse(await post(server, `/v1/consultations?at=${at}`, account, once));
    console.log(kept.state, kept.done);
    const record = await post(server, `/v1/made-records?at=${at}`, account);
    const message = await post(server, "/v1/made-messages", record);
    console.log("message", message.includes("<resource>") && message.toLowerCase().includes("nitrofurantoin"));
  }
}
