// The same consultation in JavaScript, over two commands: "questions" once, then "assess --jsonl", a line for each answer.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// Hold a consultation. answer(question) puts one question to somebody and gives back the answer, null for not known.
export async function consultation(program, condition, day, answer) {
  const { pages, questions } = JSON.parse(execFileSync(program, ["questions", condition, "--as-of", day, "--json"]));
  const order = pages.flatMap((page) => page.questions);
  const engine = spawn(program, ["assess", "--jsonl", "-"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: engine.stdout })[Symbol.asyncIterator]();
  const facts = {};
  for (;;) {
    engine.stdin.write(JSON.stringify({ pathway: condition, as_of: day, facts }) + "\n");
    const found = JSON.parse((await lines.next()).value);
    const open = order.filter((name) => found.missing?.includes(name) && !(name in facts));
    if (found.error || found.outcome.kind !== "need_facts" || !open.length) return engine.stdin.end(), found;
    facts[open[0]] = await answer(questions.find((question) => question.name === open[0]));
  }
}

if (process.argv.length > 3) {
  const [program, condition, file] = process.argv.slice(2); // a file of answers in place of a person
  const person = JSON.parse(readFileSync(file, "utf8"));
  const found = await consultation(program, condition, "2026-11-21", ({ name }) => person[name] ?? null);
  console.log(found.error?.message ?? `${found.outcome.says} - ${found.reasons.map((reason) => reason.says).join("; ")}`);
}
