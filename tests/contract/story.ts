// What an app does with the API, through the generated client alone.
//
//   node story.js write ADDRESS            Bente and Kari agree anew, and Bente writes
//   node story.js offline ADDRESS          Bente writes on two phones, one of which has no network
//   node story.js reply ADDRESS            the next day: Kari replies; says when the next check-in comes
//   node story.js answer ADDRESS PUSHES    on that day: a push comes, she opens it, answers with one tap, and reads the
//                                          ledger. PUSHES is where the server leaves what would go to the gateways

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CheckInAnswer,
  ClockFilter,
  ClockState,
  ClosedBy,
  Configuration,
  ConsentKind,
  GoalState,
  HelpNowApi,
  LedgerJob,
  MessageKind,
  NotificationCategory,
  Platform,
  ProblemCode,
  Role,
  SessionsApi,
  SeriesState,
  StepKind,
  StepWho,
} from "../../target/clients/typescript/src/index.js";
import { type Ear, Phone, refused, VERSION } from "./phone.js";

/** What two phones of hers are known by at their gateways. */
const TOKENS = { apns: "ab".repeat(32), fcm: "cd".repeat(32) };

/** Looks until there is something to see; if nothing comes, the ledger says why. */
async function eventually<T>(phone: Phone, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const rows = (await phone.ledger.listLedger({})).items;
  assert.fail(`not seen: ${what}; ${rows.map((row) => `${row.job}: ${row.words}`).join(" ")}`);
}

async function thePair(phone: Phone): Promise<string> {
  const page = await phone.relationships.listRelationships({});
  assert.equal(page.nextCursor, undefined);
  return page.items[0]!.id;
}

async function write(address: string): Promise<void> {
  const help = await new HelpNowApi(new Configuration({ basePath: address })).getHelpNow({ country: "NO" });
  assert.ok(help.lines.some((line) => line.number === "113"), "Help now needs nobody signed in");

  const wrong = { login: "bente@example.org", password: "wrong", device: { platform: Platform.None, appVersion: "1" } };
  const nobody = new SessionsApi(new Configuration({ basePath: address }));
  await refused(nobody.createSession({ signInIn: wrong }), 401, ProblemCode.WrongCredentials);

  const bente = await Phone.signedIn(address, "bente@example.org", Role.ServiceUser);
  const kari = await Phone.signedIn(address, "kari@example.org", Role.Provider);

  const registered = await bente.profile.createDeviceRaw({
    deviceRegisterIn: { platform: Platform.Apns, pushToken: TOKENS.apns, appVersion: VERSION },
    idempotencyKey: randomUUID(),
  });
  const device = await registered.value();
  assert.ok(device.hasPushToken && !device.current);
  const patch = { id: device.id, devicePatch: { appVersion: "2.2.0" } };
  const etag = registered.raw.headers.get("etag")!;
  const updated = await bente.profile.updateDevice({ ...patch, ifMatch: etag });
  assert.equal(updated.version, device.version + 1);
  await refused(bente.profile.updateDevice({ ...patch, ifMatch: etag }), 412, ProblemCode.Stale);

  const other = { platform: Platform.Fcm, pushToken: TOKENS.fcm, appVersion: VERSION };
  await bente.profile.createDevice({ deviceRegisterIn: other, idempotencyKey: randomUUID() });

  const id = await thePair(bente);
  const inForce = await bente.agreements.getAgreement({ id });
  const terms = { ...inForce.terms, replyWindowDays: 2 };
  const draft = await bente.agreements.createAgreementVersion({ id, agreementVersionIn: { id: randomUUID(), terms } });
  const { number } = draft;
  const diff = await kari.agreements.getAgreementVersionDiff({ id, number, against: inForce.number });
  assert.deepEqual(diff.changes.map((change) => change.after?.replyWindowDays), [2]);
  const accept = { id, number, acceptAgreementIn: { hash: draft.hash } };
  await bente.agreements.acceptAgreementVersion(accept);
  const accepted = await kari.agreements.acceptAgreementVersion(accept);
  assert.ok(accepted.inForceAt instanceof Date);

  await bente.messages.createConsent({ consentIn: { kind: ConsentKind.NonEmergency, textVersion: "1" } });
  const promise = await bente.messages.getPromise({ id });
  assert.equal(promise.windowWorkingDays, 2);
  const messageIn = { id: randomUUID(), kind: MessageKind.ReplyWanted, body: "Hi Kari. Shall I sign up again?" };
  const sending = { id, messageIn, idempotencyKey: randomUUID() };
  const sent = await bente.messages.createMessage(sending);
  const again = await bente.messages.createMessage(sending);
  assert.deepEqual(again, sent, "a repeated call gives the first answer");
  assert.deepEqual(sent.clock?.promisedOn, promise.replyBy, "what was promised before is promised after");
  assert.match(sent.receipt!, /^Saved\. Kari will answer by /);
  const long = { id, messageIn: { kind: MessageKind.Info, body: "å".repeat(20_001) } };
  const problem = await refused(bente.messages.createMessage(long), 422, ProblemCode.Invalid);
  assert.deepEqual(problem.errors.map((error) => [error.field, error.fault]), [["/body", "too_long"]]);
  await refused(bente.messages.getMessage({ id: randomUUID() }), 404, ProblemCode.NotFound);
  const info = { id, messageIn: { kind: MessageKind.Info, body: "Never mind" } };
  const undone = await bente.messages.undoMessage({ id: (await bente.messages.createMessage(info)).id });
  assert.equal(undone.body, "Never mind", "it is a draft again");
}

async function reply(address: string): Promise<void> {
  const bente = await Phone.signedIn(address, "bente@example.org", Role.ServiceUser);
  const kari = await Phone.signedIn(address, "kari@example.org", Role.Provider);
  const id = await thePair(kari);
  const waiting = (await kari.messages.listReplyClocks({ state: ClockFilter.Open })).items;
  assert.equal(waiting.length, 2, "the demo's message, and the one of the day before");
  for (const clock of waiting) {
    const read = await kari.messages.openMessage({ id: clock.messageId! });
    assert.ok(read.body!.length > 0 && !read.mine);
    const messageIn = { kind: MessageKind.Info, body: "Sign up, we look at Fridays together.", inReplyTo: read.id };
    await kari.messages.createMessage({ id, messageIn, idempotencyKey: randomUUID() });
    const closed = await bente.messages.getReplyClock({ id: clock.id });
    assert.equal(closed.state, ClockState.Closed);
    assert.equal(closed.closedBy, ClosedBy.Reply);
  }

  const [series] = (await bente.checkIns.listCheckInSeries({ id })).items;
  assert.equal(series?.state, SeriesState.Active);
  console.log(series.upcoming[0]!.on.toISOString().slice(0, "2026-10-20".length));
}

function goal(words: string) {
  return { goal: { words, state: GoalState.Active } };
}

async function offline(address: string): Promise<void> {
  const [here, there] = [
    await Phone.signedIn(address, "bente@example.org", Role.ServiceUser),
    await Phone.signedIn(address, "bente@example.org", Role.ServiceUser),
  ];
  const pair = await thePair(here);
  const tag = (phone: Phone, id: string) => `"v${phone.item(id)!.version}"`;
  const put = (phone: Phone, id: string, words: string) => {
    const call = { id, ifMatch: tag(phone, id), itemPutIn: { content: goal(words) } };
    return phone.act(words, (idempotencyKey) => phone.toolbox.putItem({ ...call, idempotencyKey }));
  };
  const make = (phone: Phone, id: string, words: string) => {
    const itemIn = { id, content: goal(words) };
    return phone.act(words, (idempotencyKey) => phone.toolbox.createItem({ itemIn, idempotencyKey }));
  };

  const [bicycle, choir] = [randomUUID(), randomUUID()];
  await make(here, bicycle, "Mend the bicycle");
  await make(here, choir, "Join a choir");
  const firstOfAll = await here.sync(5);
  await there.sync();
  assert.ok(firstOfAll.some((told) => told.startsWith("me ")) && firstOfAll.length > 10);
  assert.deepEqual(there.kept, here.kept, "both have everything, in pages of whatever size");

  // The other phone loses its network; she writes on.
  there.network = "gone";
  const before = there.asked;
  const [walk, step, message] = [randomUUID(), randomUUID(), randomUUID()];
  await make(there, walk, "Walk on Sundays");
  const content = { step: { kind: StepKind.Activity, who: StepWho.Together, words: "Ask Siri to come" } };
  const itemIn = { id: step, parentId: walk, content };
  await there.act("a step", (idempotencyKey) => there.toolbox.createItem({ itemIn, idempotencyKey }));
  await put(there, bicycle, "Mend the bicycle with Siri");
  const messageIn = { id: message, kind: MessageKind.Info, body: "I walked today." };
  await there.act("a message", (idempotencyKey) => there.messages.createMessage({ id: pair, messageIn, idempotencyKey }));
  assert.equal(there.asked, before);
  assert.equal(there.unsent.length, 4);

  // Meanwhile, on the phone in her hand.
  await put(here, bicycle, "Sell the bicycle");
  const gone = { id: choir, ifMatch: tag(here, choir) };
  await here.act("no choir", (idempotencyKey) => here.toolbox.deleteItem({ ...gone, idempotencyKey }));
  await here.sync();
  const present = here.item(bicycle)!.version;

  // The network comes back badly: what is sent arrives, what is answered does not.
  there.network = "drops";
  assert.deepEqual(await there.reconnect(), []);
  assert.equal(there.unsent.length, 4, "without an answer nothing is taken for sent");
  there.network = "there";
  const [conflict, ...others] = await there.reconnect();
  assert.deepEqual([others, there.unsent], [[], []]);
  assert.equal(conflict?.what, "Mend the bicycle with Siri");
  assert.equal(conflict.problem.code, ProblemCode.Stale);
  assert.equal(conflict.problem.presentVersion, present);
  assert.equal(conflict.present, `"v${present}"`);

  const told = await there.sync();
  assert.ok(told.includes(`no item ${choir}`) && there.item(choir) === undefined, "what went on one goes on the other");
  assert.equal(there.item(bicycle)!.content.goal!.words, "Sell the bicycle");
  assert.equal(tag(there, bicycle), conflict.present, "what the conflict named is what the sync brought");
  // She is shown both, and keeps her own words.
  assert.deepEqual(await put(there, bicycle, conflict.what), []);

  await here.sync();
  await there.sync();
  assert.deepEqual(there.kept, here.kept);
  assert.equal(here.item(bicycle)!.content.goal!.words, "Mend the bicycle with Siri");
  assert.equal(here.item(step)!.parentId, walk, "what was made without a network has the names it was given there");
  const items = (await here.toolbox.listItems({ limit: 100 })).items;
  assert.deepEqual(new Set(items.map((item) => item.id)), new Set([bicycle, walk, step]), "nothing came twice");
  const sent = (await here.messages.listMessages({ id: pair, limit: 100 })).items;
  assert.equal(sent.filter((it) => it.body === messageIn.body).length, 1);

  await live(here, there);
}

/** While both are in her hands: what is written on one is there on the other, without it asking now and then. */
async function live(here: Phone, there: Phone): Promise<void> {
  const ear = await there.listen();
  await ear.changed();
  assert.deepEqual(await there.sync(), [], "the first event says that there may be something");
  const tea = randomUUID();
  const itemIn = { id: tea, content: goal("Tea with Siri") };
  await here.act("tea", (idempotencyKey) => here.toolbox.createItem({ itemIn, idempotencyKey }));
  const last = await ear.changed();
  assert.deepEqual(await there.sync(), [`item ${tea}`]);
  ear.close();

  const gone = { id: tea, ifMatch: `"v${there.item(tea)!.version}"` };
  await here.act("no tea", (idempotencyKey) => here.toolbox.deleteItem({ ...gone, idempotencyKey }));
  const again: Ear = await there.listen(last);
  assert.notEqual(await again.changed(), last, "what happened while it was away is said when it comes back");
  assert.deepEqual(await there.sync(), [`no item ${tea}`]);
  again.close();
}

interface Push {
  platform: string;
  token: string;
  action: string;
  id: string;
  version: string;
}

/** What would have gone to the gateways. */
async function pushed(directory: string): Promise<Push[]> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => !name.startsWith("."));
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  return texts.map((text) => {
    const { platform, token, body } = JSON.parse(text);
    return { platform, token, ...(platform === "fcm" ? body.message.data : body) };
  });
}

async function answer(address: string, pushes: string): Promise<void> {
  const bente = await Phone.signedIn(address, "bente@example.org", Role.ServiceUser);
  const id = await thePair(bente);
  const others = new Set<string>();
  const coming = async (platform: "apns" | "fcm", action: string, of?: string) =>
    eventually(bente, `a push: ${action} at ${platform}`, async () => {
      const digest = createHash("sha256").update(TOKENS[platform]).digest("hex").slice(0, 16);
      const all = (await pushed(pushes)).filter((push) => push.token === `sha256:${digest}` && push.action === action);
      for (const push of all.filter((push) => push.id === (of ?? push.id) && !others.has(push.id))) {
        assert.equal(push.version, "1");
        // It says nothing itself: what it is about is asked for.
        const about = await bente.notifications.getNotification({ id: push.id });
        if (about.category === NotificationCategory.CheckIn) return push;
        others.add(push.id);
      }
      return undefined;
    });
  const push = await coming("apns", "wake");
  assert.equal((await coming("fcm", "wake", push.id)).id, push.id, "both her phones wake with the same id");
  const notification = await bente.notifications.getNotification({ id: push.id });
  const card = await bente.checkIns.getCheckIn({ id: notification.target.checkInId! });
  assert.deepEqual(card.choices.map((choice) => choice.answer), Object.values(CheckInAnswer));
  assert.equal(notification.actions.length, card.choices.length);
  assert.deepEqual((await bente.checkIns.listCheckIns({ id })).items.map((it) => it.id), [card.id]);
  await bente.notifications.readNotification({ id: push.id, idempotencyKey: randomUUID() });
  await coming("fcm", "withdraw", push.id);

  const tap = { id: card.id, checkInAnswerIn: { answer: CheckInAnswer.Ok } };
  const answered = await bente.checkIns.answerCheckIn({ ...tap, idempotencyKey: randomUUID() });
  assert.ok(answered.answeredAt instanceof Date && answered.receipt!.text.length > 0);
  await refused(bente.checkIns.answerCheckIn(tap), 409, ProblemCode.AlreadyAnswered);

  const rows = (await bente.ledger.listLedger({ job: LedgerJob.CheckIn })).items;
  assert.equal(rows[0]?.outcome, "sent", JSON.stringify(rows));
  assert.match(rows[0].words, /^Check-in sent/);
  const row = await bente.ledger.getLedgerRow({ id: notification.target.ledgerId! });
  assert.deepEqual([row.id, row.gates], [rows[0].id, rows[0].gates], "the push's own row is the newest");

  await bente.sessions.deleteCurrentSession({});
  await refused(bente.relationships.listRelationships({}), 401, ProblemCode.NotSignedIn);
}

const [act, address, pushes] = process.argv.slice(2);
const acts: Record<string, (address: string, pushes: string) => Promise<void>> = { write, offline, reply, answer };
await acts[act!]!(address!, pushes!);
