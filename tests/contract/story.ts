// What an app does with the API, through the generated client alone.
//
//   node story.js write ADDRESS    Bente and Kari agree anew, and Bente writes
//   node story.js reply ADDRESS    the next day: Kari replies; says when the next check-in comes
//   node story.js answer ADDRESS   on that day: Bente answers with one tap, and reads the ledger

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  AgreementsApi,
  CheckInAnswer,
  CheckInsApi,
  ClockFilter,
  ClockState,
  ClosedBy,
  Configuration,
  ConsentKind,
  HelpNowApi,
  LedgerApi,
  LedgerJob,
  MessageKind,
  MessagesApi,
  NotificationsApi,
  Platform,
  type Problem,
  ProblemCode,
  ProblemFromJSON,
  ProfileApi,
  RelationshipsApi,
  ResponseError,
  Role,
  SessionsApi,
  SeriesState,
} from "../../target/clients/typescript/src/index.js";

const PASSWORD = "reconnect-demo";
const VERSION = "2.1.0";

/** Everything one signed-in person can call. */
class Phone {
  readonly agreements: AgreementsApi;
  readonly checkIns: CheckInsApi;
  readonly ledger: LedgerApi;
  readonly messages: MessagesApi;
  readonly notifications: NotificationsApi;
  readonly profile: ProfileApi;
  readonly relationships: RelationshipsApi;
  readonly sessions: SessionsApi;

  private constructor(configuration: Configuration) {
    this.agreements = new AgreementsApi(configuration);
    this.checkIns = new CheckInsApi(configuration);
    this.ledger = new LedgerApi(configuration);
    this.messages = new MessagesApi(configuration);
    this.notifications = new NotificationsApi(configuration);
    this.profile = new ProfileApi(configuration);
    this.relationships = new RelationshipsApi(configuration);
    this.sessions = new SessionsApi(configuration);
  }

  static async signedIn(basePath: string, login: string, role: Role): Promise<Phone> {
    const nobody = new SessionsApi(new Configuration({ basePath }));
    const device = { platform: Platform.None, appVersion: VERSION };
    const first = await nobody.createSession({ signInIn: { login, password: PASSWORD, device } });
    assert.equal(first.role, role);
    assert.ok(first.accessExpiresAt > new Date(0) && first.accessExpiresAt < first.refreshExpiresAt);
    const next = await nobody.refreshSession({ refreshIn: { refreshToken: first.refreshToken } });
    assert.equal(next.sessionId, first.sessionId);
    const headers = { "Accept-Language": "en", "X-App-Version": VERSION };
    return new Phone(new Configuration({ basePath, accessToken: next.accessToken, headers }));
  }
}

/** The problem that a call must end with. */
async function refused(call: Promise<unknown>, status: number, code: ProblemCode): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ResponseError, String(error));
    assert.equal(error.response.status, status);
    const problem = ProblemFromJSON(await error.response.json());
    assert.equal(problem.code, code);
    assert.ok(problem.title.length > 0 && problem.detail.length > 0);
    return problem;
  }
  assert.fail(`not refused with ${code}`);
}

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
    deviceRegisterIn: { platform: Platform.Apns, pushToken: "ab".repeat(32), appVersion: VERSION },
    idempotencyKey: randomUUID(),
  });
  const device = await registered.value();
  assert.ok(device.hasPushToken && !device.current);
  const patch = { id: device.id, devicePatch: { appVersion: "2.2.0" } };
  const etag = registered.raw.headers.get("etag")!;
  const updated = await bente.profile.updateDevice({ ...patch, ifMatch: etag });
  assert.equal(updated.version, device.version + 1);
  await refused(bente.profile.updateDevice({ ...patch, ifMatch: etag }), 412, ProblemCode.Stale);

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
  const next = series.upcoming[0]!.on;
  const day = (part: number) => String(part).padStart(2, "0");
  console.log(`${next.getFullYear()}-${day(next.getMonth() + 1)}-${day(next.getDate())}`);
}

async function answer(address: string): Promise<void> {
  const bente = await Phone.signedIn(address, "bente@example.org", Role.ServiceUser);
  const id = await thePair(bente);
  const card = await eventually(bente, "the check-in", async () => (await bente.checkIns.listCheckIns({ id })).items[0]);
  assert.deepEqual(card.choices.map((choice) => choice.answer), Object.values(CheckInAnswer));
  const notification = await eventually(bente, "its notification", async () => {
    const page = await bente.notifications.listNotifications({});
    return page.items.find((item) => item.target.checkInId === card.id);
  });
  assert.equal(notification.actions.length, card.choices.length);

  const tap = { id: card.id, checkInAnswerIn: { answer: CheckInAnswer.Ok } };
  const answered = await bente.checkIns.answerCheckIn({ ...tap, idempotencyKey: randomUUID() });
  assert.ok(answered.answeredAt instanceof Date && answered.receipt!.text.length > 0);
  await refused(bente.checkIns.answerCheckIn(tap), 409, ProblemCode.AlreadyAnswered);

  const rows = (await bente.ledger.listLedger({ job: LedgerJob.CheckIn })).items;
  assert.equal(rows[0]?.outcome, "sent", JSON.stringify(rows));
  assert.match(rows[0].words, /^Check-in sent/);
  const row = await bente.ledger.getLedgerRow({ id: rows[0].id });
  assert.deepEqual(row.gates, rows[0].gates);

  await bente.sessions.deleteCurrentSession({});
  await refused(bente.relationships.listRelationships({}), 401, ProblemCode.NotSignedIn);
}

const [act, address] = process.argv.slice(2);
const acts: Record<string, (address: string) => Promise<void>> = { write, reply, answer };
await acts[act!]!(address!);
