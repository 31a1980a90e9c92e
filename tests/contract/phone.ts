// A phone of the story: what it keeps, what it has written while there was no network, and what it hears. It knows
// nothing but what the generated client tells it.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  AgreementsApi,
  CheckInsApi,
  Configuration,
  FetchError,
  type ItemOut,
  LedgerApi,
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
  type SyncChangesOut,
  SyncApi,
  SyncKind,
  ToolboxApi,
} from "../../target/clients/typescript/src/index.js";

export const PASSWORD = "reconnect-demo";
export const VERSION = "2.1.0";

/** `drops` carries what is said to the server, and loses what is answered. */
type Network = "there" | "gone" | "drops";

type OneOf<L extends keyof SyncChangesOut> = NonNullable<SyncChangesOut[L]>;
type Many = { [L in keyof SyncChangesOut]-?: OneOf<L> extends unknown[] ? L : never }[keyof SyncChangesOut];
type Single = Exclude<keyof SyncChangesOut, Many>;
type Thing<L extends Many> = OneOf<L> extends (infer T)[] ? T : never;

/** There is one of each, under the account's id. */
const ONE: Record<Single, SyncKind> = {
  crisisPlan: SyncKind.CrisisPlan,
  helpNow: SyncKind.HelpNow,
  hospital: SyncKind.Hospital,
  me: SyncKind.Me,
  notificationSettings: SyncKind.NotificationSettings,
  pause: SyncKind.Pause,
  quietHours: SyncKind.QuietHours,
  reviewPrompts: SyncKind.ReviewPrompts,
  workingHours: SyncKind.WorkingHours,
};

const its = (thing: { id: string }) => thing.id;
const MANY: { [L in Many]: [SyncKind, (thing: Thing<L>) => string] } = {
  absences: [SyncKind.Absence, its],
  agreements: [SyncKind.Agreement, its],
  checkInSeries: [SyncKind.CheckInSeries, its],
  checkIns: [SyncKind.CheckIn, its],
  comments: [SyncKind.Comment, its],
  consents: [SyncKind.Consent, its],
  consultations: [SyncKind.Consultation, its],
  drafts: [SyncKind.Draft, its],
  grants: [SyncKind.Grant, its],
  items: [SyncKind.Item, its],
  jointNotes: [SyncKind.JointNote, (told) => told.note.id],
  messages: [SyncKind.Message, its],
  pairAbsences: [SyncKind.PairAbsences, (told) => told.relationshipId],
  prompts: [SyncKind.Prompt, (prompt) => prompt.slotId],
  proposals: [SyncKind.Proposal, its],
  relationships: [SyncKind.Relationship, its],
  replyClocks: [SyncKind.ReplyClock, its],
  sharedItems: [SyncKind.SharedItem, (told) => told.item.id],
  sharedPlans: [SyncKind.SharedPlan, (plan) => plan.owner.id],
};

/** A write as it was made: with its own key, however often it is sent. */
interface Act {
  readonly what: string;
  readonly send: () => Promise<unknown>;
}

/** An act that somebody else was quicker than. */
export interface Conflict {
  readonly what: string;
  /** The tag of what is there now. */
  readonly present: string;
  readonly problem: Problem;
}

/** What a session and a configuration make: everything one signed-in person can call. */
export class Phone {
  network: Network = "there";
  /** How often the server was really asked. */
  asked = 0;
  readonly kept = new Map<string, unknown>();
  readonly agreements: AgreementsApi;
  readonly checkIns: CheckInsApi;
  readonly ledger: LedgerApi;
  readonly messages: MessagesApi;
  readonly notifications: NotificationsApi;
  readonly profile: ProfileApi;
  readonly relationships: RelationshipsApi;
  readonly sessions: SessionsApi;
  readonly toolbox: ToolboxApi;
  private readonly live: SyncApi;
  private cursor: string | undefined;
  private waiting: Act[] = [];
  private readonly account: string;

  private constructor(basePath: string, accessToken: string, account: string) {
    const headers = { "Accept-Language": "en", "X-App-Version": VERSION };
    const fetchApi: typeof fetch = (url, init) => this.fetched(url, init);
    const configuration = new Configuration({ basePath, accessToken, headers, fetchApi });
    this.account = account;
    this.agreements = new AgreementsApi(configuration);
    this.checkIns = new CheckInsApi(configuration);
    this.ledger = new LedgerApi(configuration);
    this.messages = new MessagesApi(configuration);
    this.notifications = new NotificationsApi(configuration);
    this.profile = new ProfileApi(configuration);
    this.relationships = new RelationshipsApi(configuration);
    this.sessions = new SessionsApi(configuration);
    this.toolbox = new ToolboxApi(configuration);
    this.live = new SyncApi(configuration);
  }

  static async signedIn(basePath: string, login: string, role: Role): Promise<Phone> {
    const nobody = new SessionsApi(new Configuration({ basePath }));
    const device = { platform: Platform.None, appVersion: VERSION };
    const first = await nobody.createSession({ signInIn: { login, password: PASSWORD, device } });
    assert.equal(first.role, role);
    assert.ok(first.accessExpiresAt > new Date(0) && first.accessExpiresAt < first.refreshExpiresAt);
    const next = await nobody.refreshSession({ refreshIn: { refreshToken: first.refreshToken } });
    assert.equal(next.sessionId, first.sessionId);
    return new Phone(basePath, next.accessToken, next.accountId);
  }

  private async fetched(url: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<Response> {
    if (this.network === "gone") throw new TypeError("no network");
    this.asked += 1;
    const answer = await fetch(url, init);
    if (this.network === "drops") {
      await answer.arrayBuffer();
      throw new TypeError("the answer was lost");
    }
    return answer;
  }

  /** Asks until there is nothing more; what it was told of. */
  async sync(limit?: number): Promise<string[]> {
    const told = [];
    for (;;) {
      const page = await this.live.getSync({ cursor: this.cursor, limit });
      if (page.full) {
        this.kept.clear();
        assert.ok(page.changed.helpNow !== undefined && page.changed.crisisPlan !== undefined, "at first what is urgent");
      }
      for (const { kind, id } of page.removed) {
        this.kept.delete(`${kind} ${id}`);
        told.push(`no ${kind} ${id}`);
      }
      for (const [name, thing] of named(page.changed, this.account)) {
        this.kept.set(name, thing);
        told.push(name);
      }
      this.cursor = page.cursor;
      if (!page.hasMore) return told;
    }
  }

  item(id: string): ItemOut | undefined {
    return this.kept.get(`${SyncKind.Item} ${id}`) as ItemOut | undefined;
  }

  /** Makes a write, and sends it when it can. */
  async act(what: string, send: (idempotencyKey: string) => Promise<unknown>): Promise<Conflict[]> {
    const idempotencyKey = randomUUID();
    this.waiting.push({ what, send: () => send(idempotencyKey) });
    return this.reconnect();
  }

  /** Sends what waits, in its order, as it was made; gives what somebody else was quicker than. */
  async reconnect(): Promise<Conflict[]> {
    const conflicts: Conflict[] = [];
    for (let act = this.waiting[0]; act !== undefined; act = this.waiting[0]) {
      try {
        await act.send();
      } catch (error) {
        if (error instanceof FetchError) return conflicts;
        if (!(error instanceof ResponseError) || error.response.status !== 412) throw error;
        const problem = ProblemFromJSON(await error.response.json());
        conflicts.push({ what: act.what, present: error.response.headers.get("etag")!, problem });
      }
      this.waiting.shift();
    }
    return conflicts;
  }

  get unsent(): string[] {
    return this.waiting.map((act) => act.what);
  }

  /** Hears the event stream, from the last event on if one is given, until `close`. */
  async listen(lastEventID?: string): Promise<Ear> {
    const hangUp = new AbortController();
    const { raw } = await this.live.getEventsRaw({ lastEventID }, { signal: hangUp.signal });
    assert.equal(raw.headers.get("content-type"), "text/event-stream");
    return new Ear(raw.body!.pipeThrough(new TextDecoderStream()).getReader(), hangUp);
  }
}

/** What listens to the stream of events. */
export class Ear {
  private text = "";

  constructor(
    private readonly reader: ReadableStreamDefaultReader<string>,
    private readonly hangUp: AbortController,
  ) {}

  /** The id of the next event that something changed. */
  async changed(): Promise<string> {
    for (;;) {
      const end = this.text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.text.slice(0, end).split("\n");
        this.text = this.text.slice(end + 2);
        if (!lines.includes("event: changed")) continue;
        assert.ok(lines.includes("data: {}"), "it says that there is something, and not what");
        return lines.find((line) => line.startsWith("id: "))!.slice("id: ".length);
      }
      const { done, value } = await this.reader.read();
      assert.ok(!done, "the stream ended");
      this.text += value;
    }
  }

  close(): void {
    this.hangUp.abort();
  }
}

function* named(changed: SyncChangesOut, account: string): Generator<[string, unknown]> {
  for (const list of Object.keys(ONE) as Single[]) {
    if (changed[list] !== undefined) yield [`${ONE[list]} ${account}`, changed[list]];
  }
  for (const list of Object.keys(MANY) as Many[]) {
    const [kind, id] = MANY[list] as [SyncKind, (thing: unknown) => string];
    for (const thing of changed[list] ?? []) yield [`${kind} ${id(thing)}`, thing];
  }
}

/** The problem that a call must end with. */
export async function refused(call: Promise<unknown>, status: number, code: ProblemCode): Promise<Problem> {
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
