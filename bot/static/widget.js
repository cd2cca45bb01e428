/*
 * motcua: the chat of the assistant, as a whole page or as a button on any site.
 *
 *   <script src="https://host/widget.js" data-title="..." data-greeting="..." data-colour="#0b57a4"></script>
 *
 * data-mode="page" fills the page instead of putting a round button at the bottom right. data-procedure="1.001193" and
 * data-procedure-name tell which procedure the page is about; data-scheme="light" or "dark" fixes the scheme;
 * data-side="left" puts the button at the left. docs/website.md has it all.
 *
 * One file, so that a browser never mixes two versions of it.
 *
 * Everything lives in a shadow root, so the site's CSS and ours do not touch. The style stands at the end of this file
 * and goes in as a constructable stylesheet: a Content-Security-Policy does not count that as inline style, and
 * nothing more is fetched. A strict site needs only "script-src https://host; connect-src https://host wss://host",
 * and "img-src https://host" for the pictures in replies; without it their words and a link stand there.
 */
(() => {
"use strict";

const SCRIPT = document.currentScript;
const HOST = new URL(SCRIPT.src).origin;
const POST_ADDRESS = `${HOST}/api/messages`;
const FILES_ADDRESS = `${HOST}/api/files`;
const ATTACHMENTS_ADDRESS = `${HOST}/api/attachments`;
const SOCKET_ADDRESS = `${HOST.replace(/^http/, "ws")}/api/chat`;

const KEPT_MESSAGES = 50;
const LONGEST_MESSAGE = 2000;
const COUNTER_BELOW = 200;
const REPLY_PATIENCE = 45_000; // ms until a message counts as not sent
const RECEIPT_PATIENCE = 10_000; // ms without a sign that the server has it: a phone that changed its network
const SOCKET_PATIENCE = 3_000; // ms a first message waits for the socket before it goes by POST
const LONGEST_RETRY = 30_000;
const UPLOAD_PATIENCE = 60_000; // ms without progress until an upload counts as broken
const TAKING_PATIENCE = 120_000; // ms the server has to look at a file that came whole
const LARGEST_FILE = 10 * 1024 * 1024; // bytes, until the server says what it takes
const KEPT_SEEN = 200; // ids of notices
const LONGEST_REST = 30_000; // ms between two attempts to send what waits
const MOST_TRIES = 6; // refusals of the server until a message waits for a tap; being offline does not count
const OLDEST_WAITING = 24 * 3_600_000; // ms: what waited longer is sent only if somebody still wants it
const ORPHAN_PAUSE = 2_000; // ms between two looks whether the tab that has a file is still there
const LOCK_PATIENCE = 20_000; // ms for another tab that sends, which the phone may have put to sleep
const PRINT_PATIENCE = 600_000; // ms until a print counts as over in a browser that does not say so
const PROCEDURE = /^(\d\.\d{6})(\.000\.00\.00\.H\d\d)?$/;
const FILE_TYPES = "image/*,application/pdf";

const WORDS = {
  title: "Trợ lý một cửa Nghệ An",
  greeting:
    "Xin chào anh/chị! Tôi hướng dẫn thủ tục hành chính ở Nghệ An: cần giấy tờ gì, hết bao nhiêu tiền, " +
    "bao lâu, nộp ở đâu.",
  automatic:
    "Tôi là trợ lý tự động, không phải cán bộ, nên có thể nhầm. " +
    "Xin đừng gửi mật khẩu hay mã OTP ở đây.",
  examples: [
    "Làm giấy khai sinh cho con cần giấy tờ gì?",
    "Đăng ký kết hôn hết bao nhiêu tiền?",
    "Cấp sổ đỏ lần đầu mất bao lâu?",
    "Đăng ký tạm trú nộp ở đâu?",
  ],
  open: "Mở trợ lý một cửa",
  close: "Đóng",
  clear: "Xóa cuộc trò chuyện",
  clearAsk: "Xóa hết tin nhắn và dấu đã chuẩn bị trên máy này?",
  clearYes: "Xóa",
  clearNo: "Giữ lại",
  cleared: "Đã xóa cuộc trò chuyện.",
  conversation: "Cuộc trò chuyện",
  messages: "Tin nhắn",
  you: "Anh/chị:",
  assistant: "Trợ lý:",
  input: "Câu hỏi của anh/chị",
  placeholder: "Gõ câu hỏi…",
  send: "Gửi",
  sending: "Đang gửi…",
  typing: "Trợ lý đang soạn câu trả lời",
  notSent: "Chưa gửi được – ",
  willSend: "Chưa gửi được, sẽ gửi lại.",
  again: "Gửi lại",
  now: "Gửi lại ngay",
  unreachable: "Không kết nối được với trợ lý.",
  tooSlow: "Trợ lý trả lời quá lâu.",
  offline: "Máy đang không có mạng. Anh/chị cứ gõ, có mạng tin sẽ tự gửi.",
  weak: "Kết nối chưa ổn định. Anh/chị cứ nhắn, tin chưa gửi được sẽ tự gửi lại.",
  tooOld: "Tin này để lâu chưa gửi được.",
  left: (count) => `Còn ${count} ký tự`,
  here: (name, code) => `Trang này nói về ${name ? `thủ tục “${name}” (mã ${code})` : `thủ tục có mã ${code}`}. ` +
    "Anh/chị chọn một câu hỏi bên dưới, hoặc gõ câu hỏi.",
  procedure: (name, code) => name || `Thủ tục ${code}`,
  guide: "Hướng dẫn thủ tục này",
  about: (name, code) => `Hỏi về ${name || `thủ tục ${code}`}`,
  questions: [
    ["Cần giấy tờ gì?", "aspects:documents"],
    ["Hết bao nhiêu tiền?", "aspects:fees"],
    ["Bao lâu thì xong?", "aspects:time_limit"],
    ["Nộp ở đâu?", "aspects:where"],
  ],
  sharePlace: "Gửi vị trí của tôi",
  looksForPlace: "Đang tìm vị trí của máy…",
  noPlace: "Máy không cho biết vị trí. Anh/chị gõ tên xã hoặc phường giúp nhé.",
  suggestions: "Chọn nhanh",
  helpful: "Câu trả lời này có ích không?",
  suggestionsBelow: (count) => `Có ${count} nút chọn nhanh bên dưới.`,
  code: (code) => `Mã thủ tục ${code}`,
  unchecked:
    "⚠ Thông tin này chưa đối chiếu được với nguồn chính thức. " +
    "Xin hỏi lại Trung tâm Phục vụ hành chính công trước khi đi.",
  documents: "Giấy tờ cần có",
  prepared: (count, total) => `Đã chuẩn bị ${count}/${total}. Chạm để đánh dấu.`,
  print: "In hoặc lưu PDF",
  save: "Lưu về máy",
  printed: (day) => `Ngày ${day}`,
  paper: (title) => `Giấy tờ cần có – ${title}`,
  paperCase: (title) => `Trường hợp: ${title}.`,
  paperEnd: "Danh sách do trợ lý tự động soạn, có thể nhầm. Xin đối chiếu với nơi nhận hồ sơ.",
  ways: "Cách nộp, thời hạn, lệ phí",
  channel: "Cách nộp",
  timeLimit: "Thời hạn",
  fees: "Lệ phí",
  online: "Nộp trực tuyến",
  page: "Xem trên Cổng Dịch vụ công",
  newTab: " (mở trang mới)",
  attach: "Gửi ảnh hoặc tệp PDF",
  attachWanted: "Gửi ảnh hoặc tệp PDF – trợ lý đang chờ tệp này",
  chosen: "Tệp sắp gửi",
  chosenSaid: (name) => `Đã chọn ${name}. Bấm Gửi để gửi.`,
  drop: (name) => `Bỏ tệp ${name}`,
  dropHere: "Thả ảnh hoặc tệp PDF vào đây",
  wrongType: (name) => `Không gửi được ${name}. Anh/chị chọn ảnh hoặc tệp PDF giúp nhé.`,
  empty: (name) => `Tệp ${name} trống. Anh/chị chọn lại tệp khác giúp nhé.`,
  tooBig: (name, size) => `Tệp ${name} lớn quá. Anh/chị chọn tệp từ ${size} trở xuống giúp nhé.`,
  pasted: "ảnh dán",
  file: "Tệp:",
  uploading: "Đang gửi tệp",
  looking: "Đã gửi xong, đang xem tệp…",
  cancel: "Hủy gửi",
  cancelled: (name) => `Đã hủy gửi ${name}.`,
  retry: "Thử lại",
  fileGone: "Tệp chưa gửi xong thì trang đã đóng. Anh/chị chọn lại tệp giúp nhé.",
  chooseAgain: "Chọn lại tệp",
  notUploaded: "Chưa gửi được tệp – ",
  picture: "Ảnh:",
  fullSize: "Xem ảnh lớn",
  download: "Tải về:",
  notice: "Tin mới",
  unread: (count) => `(${count} tin mới) `,
  openUnread: (count) => `Mở trợ lý một cửa, ${count} tin mới`,
};

// ---- small tools

/** An element. Attributes that are null or false are left out; children that are strings become text, never HTML. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** A button that shows only an icon, with its name for the ear and for the mouse. */
function iconButton(name, path, attributes) {
  return make("button", { type: "button", "aria-label": name, title: name, ...attributes }, icon(path));
}

const ICONS = {
  chat: "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-9l-5 4v-4H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8 9h8M8 12.5h5",
  close: "M6 6l12 12M18 6L6 18",
  bin: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  send: "M4 12L20 4l-5 16-3.5-6.5zM11.5 13.5L20 4",
  clip: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L9.7 17.2a1.7 1.7 0 0 1-2.4-2.4L15 7",
  bell: "M6 10a6 6 0 0 1 12 0c0 5 2 6 2 6H4s2-1 2-6zM10 20h4",
};

/** Where this device is, to about a hundred metres; undefined where that is not known or not told. */
const whereItIs = () => new Promise((done) => {
  if (!navigator.geolocation) return done();
  const told = ({ coords }) => done({ lat: +coords.latitude.toFixed(3), lon: +coords.longitude.toFixed(3) });
  return navigator.geolocation.getCurrentPosition(told, () => done(), { timeout: PLACE_PATIENCE, maximumAge: 60_000 });
});

const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
const sizeSaid = (bytes) => (bytes < 1_000_000
  ? `${Math.max(1, Math.round(bytes / 1024))} KB`
  : `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",").replace(",0", "")} MB`);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// ---- what the browser keeps

// localStorage may be forbidden or full. Then things are kept until the page is left.
const keptHere = {};

function keep(key, value) {
  keptHere[key] = value;
  try {
    localStorage.setItem(`motcua:${key}`, JSON.stringify(value));
  } catch { /* kept here only */ }
}

function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(`motcua:${key}`));
  } catch {
    return keptHere[key] ?? null;
  }
}

/** Calls `heard` with the new value when another tab of this site keeps something under this key. */
function whenKept(key, heard) {
  window.addEventListener("storage", (event) => {
    if (event.key !== `motcua:${key}`) return;
    let value = null;
    try {
      value = JSON.parse(event.newValue);
    } catch { /* not ours */ }
    if (value !== null) heard(value);
  });
}

/** Does something in one tab at a time. Browsers without locks do it at once: the ids keep things from doubling. */
async function alone(name, work) {
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), LOCK_PATIENCE);
  try {
    return await navigator.locks.request(`motcua:${name}`, { signal: over.signal }, begin);
  } catch (error) {
    if (begun) throw error;
    return work();
  } finally {
    clearTimeout(timer);
  }
}

/** The tabs that still have something under way which only they can do; null where the browser does not tell. */
async function livingTabs() {
  try {
    const { held } = await navigator.locks.query();
    return new Set(held.map(({ name }) => name));
  } catch {
    return null;
  }
}

// ---- the conversation

const STATES = ["waiting", "failed", "sent", "gone"]; // of two that were changed at once the later one holds
const waits = (entry) => entry.state === "waiting";
const needsUpload = ({ size, payload }) => size !== undefined && !payload;
const UNKEPT = new Set(["node", "location", "file", "calledOff", "share", "bar", "told"]);
const keptForm = (entry) => Object.fromEntries(Object.entries(entry).filter(([name]) => !UNKEPT.has(name)));

/** A reply stands below its question; all else stands where its time puts it. */
const inOrder = (one, other) => (one.after ?? one.at) - (other.after ?? other.at) || one.at - other.at
  || (one.id < other.id ? -1 : 1);

/**
 * The conversation, kept after every change and shared by all tabs of the site. Each tab puts together what it has and
 * what the others kept, so that nothing is lost if two write at once.
 *
 * entries: {id, at (ms, its place), v (goes up with each change), from: "you" or "assistant"}, and
 * of the citizen {text, payload, state, problem, tries}, of a file its size, its tab and, until it is uploaded, the file;
 * of the assistant {reply, rated}, with `after` (the place of its question) or the id of the notice that it is.
 * state: waiting (to be sent, again and again), sent, failed (sent again when somebody says so), gone (taken back).
 */
class Talk {
  /** changed({entries, cleared, session}): called when another tab changed something. */
  constructor(changed) {
    Object.assign(this, { entries: [], session: null, since: 0, cleared: 0, changed });
    whenKept("chat", (kept) => this.catchUp(kept)); // as it was told: by now this tab may have written over it
  }

  /** Takes in what is kept; what this tab knows better is kept. */
  catchUp(kept = recall("chat") ?? {}) {
    const theirs = (Array.isArray(kept.entries) ? kept.entries : []).map((entry, place) => ({ at: place + 1, v: 0, ...entry }));
    const cleared = this._takeCleared(kept.cleared ?? 0);
    const session = this._takeSession(kept);
    const entries = theirs.filter((entry) => entry.at > this.cleared && this._take(entry)).map(({ id }) => this.find(id));
    this._forgetOld();
    if (this._knowsBetter(kept, theirs)) this._keep();
    if (cleared || session || entries.length) this.changed({ entries, cleared, session });
  }

  /** Adds entries, or keeps what was changed of them. */
  put(...entries) {
    for (const entry of entries) {
      entry.v = (entry.v ?? 0) + 1;
      entry.at ??= this._now();
      if (!this.has(entry)) this.entries.push(entry);
    }
    this.entries.sort(inOrder);
    this._forgetOld();
    this._keep();
  }

  /** Puts an entry at the end. */
  last(entry) {
    entry.at = this._now();
    this.put(entry);
  }

  /** Takes an entry back. A trace of it stays, or another tab would bring it again. */
  remove(entry) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.put({ id: entry.id, at: entry.at, v: entry.v, from: entry.from, state: "gone" });
  }

  setSession(session) {
    Object.assign(this, { session, since: this._now() });
    this._keep();
  }

  clear() {
    this.cleared = this._now();
    this.entries = [];
    this.setSession(null);
  }

  /** Forgets all that was before an entry, in every tab. */
  forgetBefore(entry) {
    this.cleared = Math.max(this.cleared, entry.at - 1);
    this.entries = this.entries.filter(({ at }) => at > this.cleared);
    this._keep();
  }

  has(entry) {
    return this.entries.includes(entry);
  }

  find(id) {
    return this.entries.find((entry) => entry.id === id);
  }

  /** Later than all that is there, whatever the clock says. */
  _now() {
    return Math.max(Date.now(), this.cleared + 1, this.since + 1, ...this.entries.map(({ at }) => at + 1));
  }

  _takeCleared(cleared) {
    if (cleared <= this.cleared) return false;
    this.cleared = cleared;
    this.entries = this.entries.filter(({ at }) => at > cleared);
    return true;
  }

  /** Of two sessions the later one; all tabs agree on the same, also if both are of the same moment. */
  _takeSession({ session = null, since = 0 }) {
    const later = since - this.since || (String(session) > String(this.session) ? 1 : 0);
    const other = session !== this.session;
    if (later > 0) Object.assign(this, { session, since });
    return later > 0 && other;
  }

  /** Whether this tab learned something of an entry. */
  _take(theirs) {
    const ours = this.find(theirs.id);
    const newer = ours && (theirs.v - ours.v || STATES.indexOf(theirs.state) - STATES.indexOf(ours.state));
    if (newer <= 0) return false;
    if (!ours) this.entries.push(theirs);
    else {
      for (const name of Object.keys(keptForm(ours))) delete ours[name];
      Object.assign(ours, theirs);
    }
    this.entries.sort(inOrder);
    return true;
  }

  _knowsBetter(kept, theirs) {
    const versions = new Map(theirs.map(({ id, v }) => [id, v]));
    return this.cleared > (kept.cleared ?? 0) || this.since > (kept.since ?? 0)
      || this.entries.some(({ id, v }) => v > (versions.get(id) ?? -1));
  }

  /** What waits to be sent is never forgotten. */
  _forgetOld() {
    let tooMany = this.entries.length - KEPT_MESSAGES;
    this.entries = this.entries.filter((entry) => {
      if (tooMany <= 0 || waits(entry)) return true;
      tooMany -= 1;
      entry.node?.remove();
      return false;
    });
  }

  _keep() {
    const { session, since, cleared } = this;
    keep("chat", { session, since, cleared, entries: this.entries.map(keptForm) });
  }
}

// ---- the line to the server

const BAD_SESSION = "B104";
const TOO_MANY = ["B105", "B108"];

/** A message that did not come through. `message` is a sentence for the citizen. */
class NotSent extends Error {
  /** code: of the server's refusal, none if nothing came back. after: seconds it asks to wait. */
  constructor(message, { code = null, after = null } = {}) {
    super(message);
    this.code = code;
    this.after = after;
  }

  /** Whether the server itself said so or was silent, which it will not do for ever. */
  get counts() {
    return this.code !== null && !TOO_MANY.includes(this.code);
  }

  /** Whether the same message would be refused again. B2…: the server is in trouble itself. */
  get lasting() {
    return this.counts && this.code.startsWith("B1");
  }
}

const TOO_SLOW = "slow";
const TOO_BIG = "B106";

/** What the server, or a machine on the way that knows only HTTP, said instead of an answer. */
function refusalOf({ error } = {}, { status = 0, after = null } = {}) {
  const code = error?.code ?? (status === 413 ? TOO_BIG : null);
  return new NotSent(error?.message || WORDS.unreachable, { code, after: Number(after) || null });
}

/** The socket broke under a message: it goes by POST instead. */
class Broken extends Error {}

/** The citizen called an upload off. */
class CalledOff extends Error {}

/** Sends one message and gives its reply: by WebSocket where that works, else by POST. */
class Line {
  /**
   * told: {open(), weak(yes), pushed(id, reply), noticed(id, reply)}, called when these change or come. noticed shows
   * and keeps the notice before it returns: then the server is told that it need not come again.
   */
  constructor(talk, told) {
    this.talk = talk;
    this.told = told;
    this.largestFile = LARGEST_FILE;
    this.shown = new Set(); // notices that came by POST: the next message says that they were shown
    this.waiting = new Map();
    this.state = "closed"; // closed, opening, open
    this.failures = 0;
    this.wanted = false;
  }

  /** Opens the socket, and from then on opens it again whenever it breaks. */
  start() {
    if (this.wanted) return;
    this.wanted = true;
    this._open();
    window.addEventListener("online", () => this._open());
    window.addEventListener("offline", () => this._lost());
    // A hidden tab does not try again and again: that costs battery and data. It tries when it is looked at.
    document.addEventListener("visibilitychange", () => document.hidden || this._open());
  }

  async ask(message) {
    this.start();
    if (await this._usable()) {
      try {
        return await this._askBySocket(message);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
      }
    }
    return this._askByPost(message);
  }

  /** Goes on with the session of the conversation, after that has changed. */
  renew() {
    this.failures = 0;
    this._drop();
    if (this.wanted) this._open();
  }

  /** Forgets what was under way. */
  reset() {
    this.shown.clear();
    this.posting?.abort();
    this.renew();
  }

  async _usable() {
    if (this.state === "opening") await Promise.race([this.settled, pause(SOCKET_PATIENCE)]);
    return this.state === "open";
  }

  _open() {
    if (this.state !== "closed") return;
    clearTimeout(this.retry);
    this.state = "opening";
    this.settled = new Promise((done) => { this.settle = done; });
    try {
      this.socket = new WebSocket(SOCKET_ADDRESS);
    } catch { // forbidden by the site's policy
      this._lost();
      return;
    }
    this.socket.onopen = () => {
      this.greeted = this.talk.session;
      this._say({ type: "hello", session: this.greeted });
    };
    this.socket.onmessage = (event) => this._hear(event.data);
    this.socket.onclose = () => this._lost();
  }

  _say(data) {
    this.socket.send(JSON.stringify(data));
  }

  _hear(text) {
    let data;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    if (data.type === "session") this._opened(data);
    else if (data.type === "notice") this._noticed(data);
    else if (data.type === "reply") this._replied(data);
    else if (data.type === "error") this._refused(data);
    else if (data.type === "typing") {
      this.waiting.get(data.id)?.wait(REPLY_PATIENCE, new NotSent(WORDS.tooSlow, { code: TOO_SLOW }));
    }
  }

  _opened({ session, attachment_bytes: largest }) {
    this.state = "open";
    if (largest > 0) this.largestFile = largest;
    this.failures = 0;
    if (!this._keepSession(session, this.greeted)) return this.renew();
    this.told.weak(false);
    this.settle();
    return this.told.open();
  }

  _replied({ id, reply }) {
    const asked = this.waiting.get(id);
    if (asked) asked.done(reply);
    else if (reply) this.told.pushed(id, reply);
  }

  _noticed({ id, reply }) {
    if (typeof id !== "string" || !reply) return;
    this.told.noticed(id, reply);
    this._say({ type: "seen", id });
  }

  _refused({ id, error }) {
    const refusal = refusalOf({ error });
    if (id) this.waiting.get(id)?.fail(refusal);
    else if (this.state === "opening") this._lost(); // the greeting was refused; POST may still work
    else for (const asked of [...this.waiting.values()]) asked.fail(refusal);
  }

  /** The socket is gone: messages under way move to POST, and it is tried again, each time a little later. */
  _lost() {
    this._drop();
    if (this.failures++) this.told.weak(true); // the first break may be a mere restart: no alarm yet
    if (document.hidden) return;
    const longest = Math.min(LONGEST_RETRY, 1000 * 2 ** Math.min(this.failures, 6));
    this.retry = setTimeout(() => this._open(), longest * (0.5 + Math.random() / 2));
  }

  _drop() {
    clearTimeout(this.retry);
    if (this.socket) {
      this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
      this.socket = null;
    }
    this.state = "closed";
    this.settle?.();
    for (const asked of [...this.waiting.values()]) asked.fail(new Broken());
  }

  _askBySocket({ id, text, payload, location }) {
    return new Promise((done, fail) => {
      let timer;
      const finish = (result) => (value) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        result(value);
      };
      const asked = { done: finish(done), fail: finish(fail) };
      asked.wait = (patience, error) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          asked.fail(error);
          this._lost();
        }, patience);
      };
      this.waiting.set(id, asked);
      asked.wait(RECEIPT_PATIENCE, new Broken());
      this._say({ type: "message", id, text, payload, location });
    });
  }

  async _askByPost({ id, text, payload, location }) {
    const seen = [...this.shown].slice(0, 50); // the server takes no more at once
    const { session } = this.talk;
    this.posting = new AbortController();
    const timer = setTimeout(() => this.posting.abort(), REPLY_PATIENCE);
    try {
      const answer = await fetch(POST_ADDRESS, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "omit", // the session travels in the body
        body: JSON.stringify({ session, id, text, payload, location, seen }),
        signal: this.posting.signal,
      });
      const body = await answer.json();
      // A reply without its parts is a stranger's page, such as the login page of a café's network.
      if (!answer.ok || !body.reply) {
        throw refusalOf(body, { status: answer.status, after: answer.headers.get("retry-after") });
      }
      this._keepSession(body.session, session);
      this._shownByPost(seen, body.notices ?? []);
      return body.reply;
    } catch (error) {
      throw error instanceof NotSent ? error : new NotSent(WORDS.unreachable);
    } finally {
      clearTimeout(timer);
    }
  }

  _shownByPost(told, notices) {
    for (const id of told) this.shown.delete(id);
    for (const { id, reply } of notices) {
      this.told.noticed(id, reply);
      this.shown.add(id);
    }
  }

  /**
   * Sends a file and gives what the server made of it. progress: told the share that is sent, 0 to 1. signal: calls it
   * off. It is no message yet, and the same id again is the same file.
   */
  async upload({ id, file, text }, progress, signal) {
    this.start();
    await this._usable(); // the socket brings the session
    if (signal.aborted) throw new CalledOff();
    const { session } = this.talk;
    const form = new FormData();
    if (session) form.append("session", session);
    form.append("id", id);
    form.append("file", file, text);
    const body = await uploaded(form, progress, signal);
    if (!signal.aborted) this._keepSession(body.session, session);
    return body.file;
  }

  /** Keeps the session that the server gave, and says whether it is the one now. asked: the one we had asked with. */
  _keepSession(given, asked) {
    const { talk } = this;
    if (!given || given === talk.session) return true;
    if (talk.session !== asked) return false; // another tab has found one meanwhile
    talk.setSession(given);
    return true;
  }
}

/** A form on its way to the server. fetch cannot tell how far it is. */
function uploaded(form, progress, signal) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    let timer;
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), ms);
    };
    const callOff = () => request.abort();
    signal.addEventListener("abort", callOff);
    request.upload.onprogress = ({ loaded, total }) => {
      wait(UPLOAD_PATIENCE);
      progress(total ? loaded / total : 0);
    };
    request.upload.onload = () => {
      wait(TAKING_PATIENCE);
      progress(1);
    };
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", callOff);
      if (signal.aborted) fail(new CalledOff());
      else if (request.status === 200 && request.response?.file?.id) done(request.response);
      else fail(refusalOf(request.response ?? {}, { status: request.status, after: request.getResponseHeader("retry-after") }));
    };
    request.open("POST", ATTACHMENTS_ADDRESS);
    request.responseType = "json";
    wait(UPLOAD_PATIENCE);
    request.send(form);
  });
}

// ---- the words of a reply

const SOURCES = /^Nguồn:/;
const WARNING = /^⚠/;
const ASKED = /^👉/;
const HEADING = /^[^•–\d\s].{0,60}:$/;
const BULLET = /^• /;
const SUB_BULLET = /^\s+[–-] /;
const STEP = /^(\d+)\. /;

/** A reply's text as its sections, its warnings, the lines that name the source, and what it asks in the end. */
function partsOf(text) {
  const parts = { sections: [], warnings: [], sources: [], asked: [] };
  let open = null;
  for (const line of text.split("\n")) {
    if (!line.trim()) open = null;
    else if (SOURCES.test(line)) parts.sources.push(line);
    else if (WARNING.test(line)) parts.warnings.push(line);
    else if (open) open.lines.push(line);
    else {
      const headed = HEADING.test(line);
      open = { heading: headed ? line.slice(0, -1) : null, lines: headed ? [] : [line] };
      (ASKED.test(line) ? parts.asked : parts.sections).push(open);
    }
  }
  return parts;
}

const ADDRESS = /(https?:\/\/[^\s<>"“”]+|\b(?:[a-z0-9-]+\.)+gov\.vn\b(?:\/[^\s<>"“”]*)?)/;
const EMERGENCY_NUMBER = /\b(11[1345])\b/;

/** A line of text with its addresses, and in an emergency its telephone numbers, as links. */
function linked(text, emergency = false) {
  return text.split(ADDRESS).flatMap((piece, position) => {
    if (position % 2) return addressLink(piece);
    return emergency ? piece.split(EMERGENCY_NUMBER).map(telephoneLink) : piece;
  });
}

function addressLink(piece) {
  const address = piece.replace(/[.,;:!?)\]]+$/, "");
  const href = address.startsWith("http") ? address : `https://${address}`;
  return [outside(href, address), piece.slice(address.length)];
}

function telephoneLink(piece, position) {
  return position % 2 ? make("a", { href: `tel:${piece}` }, piece) : piece;
}

function outside(href, ...children) {
  return make("a", { href, target: "_blank", rel: "noopener" }, ...children, hiddenText(WORDS.newTab));
}

function hiddenText(text) {
  return make("span", { class: "unseen" }, text);
}

/** Lines as paragraphs, bullets with sub-bullets, and numbered steps. */
function linesShown(lines, emergency) {
  const nodes = [];
  const listFor = (tag) => {
    if (nodes.at(-1)?.localName !== tag) nodes.push(make(tag));
    return nodes.at(-1);
  };
  for (const line of lines) {
    const content = (mark) => linked(line.replace(mark, ""), emergency);
    if (SUB_BULLET.test(line)) subListOf(listFor("ul")).append(make("li", {}, content(SUB_BULLET)));
    else if (BULLET.test(line)) listFor("ul").append(make("li", {}, content(BULLET)));
    else if (STEP.test(line)) listFor("ol").append(make("li", { value: STEP.exec(line)[1] }, content(STEP)));
    else nodes.push(make("p", {}, content("")));
  }
  return nodes;
}

function subListOf(list) {
  const item = list.lastElementChild ?? list.appendChild(make("li"));
  return item.querySelector("ul") ?? item.appendChild(make("ul"));
}

function sectionShown({ heading, lines }, emergency) {
  return [heading && make("h3", {}, heading), ...linesShown(lines, emergency)];
}

// ---- the card

// A reply with a card says most things twice, in its text and in the card. Of the text we show what the card does
// not say. To be sure that nothing gets lost, a line is left out only if each of its phrases stands in the card,
// and only in these sections (named as in knowledge/compose.py).
const PART_FOR = {
  [WORDS.documents]: "checklist",
  [WORDS.fees]: "ways",
  [WORDS.timeLimit]: "ways",
  [WORDS.online]: "ways",
};

function phrases(text) {
  return (text ?? "")
    .toLowerCase()
    .split(/[.:;](?=\s|$)/)
    .map((phrase) => phrase.replace(/^[\s•–]+|[\s.]+$/g, ""))
    .filter(Boolean);
}

/** What each part of the card says, as sets of phrases. */
function saidBy(card) {
  const items = card.checklist?.items ?? [];
  const checklist = items.flatMap((item) => [item.name, item.count, item.note]);
  const ways = card.ways.flatMap((way) => [way.channel, way.time_limit, way.fees]);
  if (items.length) checklist.push("Trường hợp", card.checklist.title);
  if (ways.length) ways.push("Mọi cách nộp", WORDS.timeLimit, WORDS.fees);
  if (card.page) ways.push("Trang của thủ tục", card.page);
  const asSet = (texts) => new Set(texts.flatMap(phrases));
  return { checklist: asSet(checklist), ways: asSet(ways), title: asSet([`${card.title} (mã ${card.code})`]) };
}

/** The lines that are not said already; a sub-bullet that stays keeps the bullet above it. */
function leftOver(lines, said) {
  const known = (phrase) => said.has(phrase) || phrase.split(", ").every((part) => said.has(part));
  const stays = lines.map((line) => !phrases(line).every(known));
  let above = 0;
  lines.forEach((line, position) => {
    if (!SUB_BULLET.test(line)) above = position;
    else if (stays[position]) stays[above] = true;
  });
  return lines.filter((line, position) => stays[position]);
}

/** The nodes of a card, in the order in which the text tells things: what was asked comes first. */
function cardShown(card, sections, paper) {
  const said = saidBy(card);
  const parts = {
    checklist: card.checklist?.items.length ? (lines) => checklistShown(card, lines, paper) : null,
    ways: card.ways.length ? () => [waysShown(card.ways)] : null,
  };
  const take = (name, lines) => {
    const show = parts[name];
    parts[name] = null;
    return show ? show(lines) : [];
  };
  const body = sections.flatMap(({ heading, lines }) => {
    const part = PART_FOR[heading] ?? (heading ? null : "title");
    const rest = part ? leftOver(lines, said[part]) : lines;
    if (part === "checklist" && parts.checklist) return take(part, rest);
    return [...(rest.length ? sectionShown({ heading, lines: rest }) : []), ...take(part)];
  });
  return make("div", { class: "card" },
    make("h2", {}, card.title),
    make("p", { class: "quiet" }, WORDS.code(card.code)),
    ...body, ...take("checklist", []), ...take("ways"),
    card.page && /^https?:/.test(card.page) ? make("p", {}, outside(card.page, WORDS.page)) : null);
}

function checklistShown(card, lines, paper) {
  const { title, items } = card.checklist;
  const named = title === card.title || lines.some((line) => line.includes(title));
  const progress = make("p", { class: "quiet progress" });
  const list = make("ul", { class: "checklist" }, items.map((item) => checklistItem(card.code, item)));
  const count = () => {
    const boxes = [...list.querySelectorAll("input")];
    progress.textContent = WORDS.prepared(boxes.filter((box) => box.checked).length, boxes.length);
  };
  list.addEventListener("change", count);
  count();
  return [
    make("h3", {}, WORDS.documents),
    named ? null : make("p", {}, `Trường hợp: ${title}.`),
    ...linesShown(lines), progress, list,
    paper && make("div", { class: "choices" },
      make("button", { type: "button", onclick: paper.print }, WORDS.print),
      make("button", { type: "button", onclick: paper.save }, WORDS.save)),
  ];
}

function checklistItem(code, { name, count, note }) {
  const key = `${code}|${name}`;
  const box = make("input", { type: "checkbox", "data-tick": key });
  box.checked = isTicked(key);
  box.addEventListener("change", () => keepTick(box));
  return make("li", {}, make("label", {}, box, make("span", {},
    make("b", {}, name),
    count ? make("span", {}, count) : null,
    note ? make("span", { class: "quiet" }, note.charAt(0).toUpperCase() + note.slice(1)) : null)));
}

const isTicked = (key) => Boolean(recall("ticks")?.[key]);

/** Keeps a tick, and shows it on every other card with the same document of the same procedure. */
function keepTick(box) {
  const key = box.dataset.tick;
  const ticks = recall("ticks") ?? {};
  if (Boolean(ticks[key]) === box.checked) return;
  if (box.checked) ticks[key] = 1;
  else delete ticks[key];
  keep("ticks", ticks);
  showTicks(box.getRootNode(), ticks);
}

function showTicks(root, ticks) {
  for (const box of root.querySelectorAll("[data-tick]")) {
    const ticked = Boolean(ticks[box.dataset.tick]);
    if (box.checked === ticked) continue;
    box.checked = ticked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Ways of submission that take as long and cost the same share a row. */
function sameWays(ways) {
  const rows = [];
  for (const way of ways) {
    const same = rows.find((row) => row.time_limit === way.time_limit && row.fees === way.fees);
    if (same) same.channel += `, ${way.channel.toLowerCase()}`;
    else rows.push({ ...way });
  }
  return rows;
}

// The roles repeat what the elements are, because on a narrow screen the style shows rows as blocks, and then
// browsers would no longer tell a screen reader that this is a table.
function waysShown(ways) {
  const head = [WORDS.channel, WORDS.timeLimit, WORDS.fees];
  const cell = (label, text) => make("td", { role: "cell", "data-label": label },
    text.split(/;\s+(?=[\p{Lu}\d]|nguồn ghi|giải quyết)/u).map((part) => make("div", {}, part || "–")));
  return make("table", { role: "table" },
    make("caption", {}, WORDS.ways),
    make("thead", { role: "rowgroup" }, make("tr", { role: "row" },
      head.map((name) => make("th", { scope: "col", role: "columnheader" }, name)))),
    make("tbody", { role: "rowgroup" }, sameWays(ways).map((row) => make("tr", { role: "row" },
      make("th", { scope: "row", role: "rowheader" }, row.channel),
      cell(WORDS.timeLimit, row.time_limit), cell(WORDS.fees, row.fees)))));
}

// ---- the checklist on paper and as a file

const today = () => new Intl.DateTimeFormat("vi-VN", { day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date());

// What else stands on the site's page is left out of this one print, and what is printed is not seen on the screen.
const AROUND_PAPER = `
@media screen { motcua-paper { display: none !important; } }
@media print {
  html, body { display: block !important; margin: 0 !important; padding: 0 !important; background: #fff !important;
    width: auto !important; height: auto !important; max-width: none !important; min-height: 0 !important; overflow: visible !important; }
  html::before, html::after, body::before, body::after, body > :not(motcua-paper) { display: none !important; }
}`;
let paperOver = () => {};

/** Opens the browser's print dialogue, which also saves a PDF, with one answer as a clean page. */
function printReply(reply, from) {
  paperOver();
  const paper = document.createElement("motcua-paper");
  const shadow = paper.attachShadow({ mode: "open" });
  dress(shadow, STYLE);
  shadow.append(make("div", { class: "root paper", lang: "vi" },
    make("p", { class: "quiet" }, `${from} – ${WORDS.printed(today())}`),
    replyShown({ ...reply, buttons: [], attached: [] }),
    make("p", { class: "quiet" }, WORDS.paperEnd)));
  const undress = dress(document, AROUND_PAPER);
  const title = document.title;
  const timer = setTimeout(() => paperOver(), PRINT_PATIENCE);
  paperOver = () => {
    paperOver = () => {};
    clearTimeout(timer);
    window.removeEventListener("afterprint", paperOver);
    undress();
    paper.remove();
    document.title = title;
  };
  window.addEventListener("afterprint", () => paperOver(), { once: true });
  document.body.append(paper);
  document.title = WORDS.paper(reply.card.title); // browsers name the PDF after it
  window.print();
}

/** The checklist as words, with the ticks as they stand. */
function paperText({ text, card }, from) {
  const { title, items } = card.checklist;
  const { warnings, sources } = partsOf(text);
  if (!card.checked && !warnings.length) warnings.push(WORDS.unchecked);
  const item = ({ name, count, note }) => [
    `[${isTicked(`${card.code}|${name}`) ? "x" : " "}] ${name}`, count && `    ${count}`, note && `    ${note}`];
  const way = ({ channel, time_limit: time, fees }) => [
    channel, `    ${WORDS.timeLimit}: ${time || "–"}`, `    ${WORDS.fees}: ${fees || "–"}`];
  return [
    card.title.toUpperCase(), WORDS.code(card.code), title === card.title ? null : WORDS.paperCase(title),
    `${from} – ${WORDS.printed(today())}`, "", ...warnings,
    `${WORDS.documents}:`, ...items.flatMap(item), "",
    ...(card.ways.length ? [`${WORDS.ways}:`, ...sameWays(card.ways).flatMap(way), ""] : []),
    ...sources, card.page, WORDS.paperEnd,
  ].filter((line) => typeof line === "string").join("\r\n");
}

function saveReply(reply, from) {
  const content = new Blob(["\uFEFF", paperText(reply, from)], { type: "text/plain;charset=utf-8" });
  const href = URL.createObjectURL(content);
  const name = WORDS.paper(reply.card.title).replace(/[\\/:*?"<>|…]/g, "");
  make("a", { href, download: `${name}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(href), PRINT_PATIENCE);
}

// ---- messages

const HELPFUL = "feedback:helpful";
const SHARE_PLACE = "intent:give_place"; // a tap asks the device where it is
const PLACE_PATIENCE = 10_000; // milliseconds
const UNHELPFUL = "feedback:unhelpful";
const isThumb = ({ payload }) => payload === HELPFUL || payload === UNHELPFUL;

/** The buttons of a reply that are no thumbs; where it asks for a place, one tap tells it. */
function quickOf(reply) {
  const quick = (reply?.buttons ?? []).filter((button) => !isThumb(button));
  const asks = reply?.wants_location && !quick.some(({ payload }) => payload === SHARE_PLACE);
  return asks ? [{ title: WORDS.sharePlace, payload: SHARE_PLACE }, ...quick] : quick;
}

/** Whether the answer helped: two small buttons below it. The one that was tapped stays, marked. */
function thumbsShown({ reply, rated }, rate) {
  const thumbs = (reply.buttons ?? []).filter(isThumb);
  if (!thumbs.length) return [];
  const buttons = thumbs.map(({ title, payload }) => make("button", {
    type: "button", title, "aria-label": title, "aria-pressed": String(rated === payload), disabled: Boolean(rated),
    onclick: () => rate({ title, payload }),
  }, payload === HELPFUL ? "👍" : "👎"));
  return [make("div", { class: `thumbs${rated ? " rated" : ""}`, role: "group", "aria-label": WORDS.helpful }, buttons)];
}

const PICTURES = ["image/png", "image/jpeg"];

/** A picture to look at, or a document to take away. */
function attachedShown(one) {
  const href = `${FILES_ADDRESS}/${encodeURIComponent(one.id)}`;
  return PICTURES.includes(one.media_type) ? pictureShown(one, href) : documentShown(one, href);
}

/** A tap opens it in full. Where the site forbids pictures, or it is kept no longer, its words stand there. */
function pictureShown({ name, alt }, href) {
  const image = make("img", { src: href, alt: alt || name });
  const link = make("a", { class: "picture", href, target: "_blank", rel: "noopener", title: WORDS.fullSize },
    image, hiddenText(WORDS.newTab));
  image.addEventListener("error", () => {
    link.removeAttribute("title");
    link.replaceChildren(`${WORDS.picture} ${alt || name}`, hiddenText(WORDS.newTab));
    link.classList.add("words");
  });
  return link;
}

function documentShown({ name, size }, href) {
  return make("a", { class: "document", href, download: name, target: "_blank", rel: "noopener" },
    make("span", { "aria-hidden": "true" }, "📄"),
    make("span", {}, hiddenText(`${WORDS.download} `), name, " ", make("span", { class: "quiet" }, `(${sizeSaid(size)})`)));
}

/** What the assistant said without being asked: its buttons stay with it, the talk goes on beside it. */
function noticeShown({ reply }, choose) {
  const buttons = quickOf(reply).map((button) => make("button", { type: "button", onclick: () => choose(button) }, button.title));
  const bubble = replyShown({ ...reply, buttons: [] });
  bubble.classList.add("notice");
  bubble.prepend(make("p", { class: "mark quiet" }, icon(ICONS.bell), WORDS.notice));
  if (buttons.length) bubble.append(make("div", { class: "choices" }, buttons));
  return bubble;
}

/** paper: {print, save}, what can be done with a checklist. */
function replyShown(reply, paper = null) {
  const emergency = reply.outcome === "emergency";
  const { sections, warnings, sources, asked } = partsOf(reply.text);
  const quick = quickOf(reply);
  if (reply.card && !reply.card.checked && !warnings.length) warnings.push(WORDS.unchecked);
  const options = reply.outcome === "clarify" ? " clarify" : "";
  return make("div", { class: `bubble${emergency ? " emergency" : ""}${options}` },
    hiddenText(WORDS.assistant),
    warnings.map((line) => make("p", { class: "warning" }, linked(line))),
    reply.card ? cardShown(reply.card, sections, paper) : sections.flatMap((section) => sectionShown(section, emergency)),
    sources.map((line) => make("p", { class: "quiet source" }, linked(line))),
    (reply.attached ?? []).map(attachedShown),
    asked.map((section) => make("div", { class: "asked" }, sectionShown(section, emergency))),
    quick.length ? hiddenText(WORDS.suggestionsBelow(quick.length)) : null);
}

/** Of a reply what is shown, also after a reload. */
const keptOf = ({ text, outcome, buttons, card, attached, wants_file, wants_location }) => (
  { text, outcome, buttons, card, attached, wants_file, wants_location });

/** What the citizen sent. can: {sendNow, sendAgain, chooseAgain, callOff}, the ways on where it has not arrived. */
function questionShown(entry, can) {
  const bubble = make("div", { class: "bubble" }, hiddenText(WORDS.you), entry.size === undefined
    ? make("p", {}, entry.text)
    : make("p", { class: "file" }, icon(ICONS.clip), hiddenText(`${WORDS.file} `), make("span", {}, entry.text),
      make("span", { class: "size" }, sizeSaid(entry.size))));
  return [bubble, uploading(entry) ? uploadShown(entry, can.callOff) : stateShown(entry, can)];
}

const uploading = (entry) => waits(entry) && needsUpload(entry) && Boolean(entry.calledOff);

/** problem: null while all is well; what went wrong; empty if only one before it did not come through. */
function stateShown(entry, can) {
  const state = make("p", { class: "state" });
  const way = (words, onclick) => make("button", { type: "button", class: "plain", onclick }, words);
  const { problem = null } = entry;
  if (waits(entry) && problem === null) {
    state.append(make("span", { class: "quiet", "aria-hidden": "true" }, WORDS.sending));
  } else if (waits(entry)) {
    state.append(make("span", {}, problem), WORDS.willSend, ...(problem ? [" ", way(WORDS.now, can.sendNow)] : []));
    if (problem && needsUpload(entry)) state.append(" ", way(WORDS.cancel, can.callOff));
  } else if (entry.state === "failed" && needsUpload(entry) && !entry.file) {
    state.append(make("span", {}, WORDS.fileGone), way(WORDS.chooseAgain, can.chooseAgain));
  } else if (entry.state === "failed") {
    state.append(make("span", {}, problem ?? ""), needsUpload(entry) ? WORDS.notUploaded : WORDS.notSent,
      way(needsUpload(entry) ? WORDS.retry : WORDS.again, can.sendAgain));
    if (needsUpload(entry)) state.append(" ", way(WORDS.chooseAgain, can.chooseAgain));
  }
  return state;
}

/** How far a file is, with a way to call it off. What moves is not read out each time. */
function uploadShown(entry, callOff) {
  entry.bar = make("progress", { max: "1", value: String(entry.share ?? 0), "aria-label": `${WORDS.uploading} ${entry.text}` });
  entry.told = make("span", { class: "quiet" }, shareSaid(entry.share ?? 0));
  return make("p", { class: "state upload", "aria-live": "off" }, entry.bar, entry.told,
    make("button", { type: "button", class: "plain", onclick: callOff, "aria-label": `${WORDS.cancel} ${entry.text}` }, WORDS.cancel));
}

const shareSaid = (share) => (share < 1 ? `${Math.round(share * 100)} %` : WORDS.looking);

// ---- the chat

class Chat {
  /** options: page, title, greeting, procedure ({code, name} of the site's page, or null). */
  constructor(options) {
    this.options = options;
    this.procedure = options.procedure;
    this.tab = newId();
    this.chosen = []; // files that are to be sent
    this.seen = new Set(recall("seen") ?? []); // notices that were shown, so that each is shown once
    this.unread = 0;
    this.failures = 0; // in sending, one after the other
    this.saidHere = false; // whether something was said since this page was opened
    this._build();
    this.talk = new Talk((news) => this._catchUp(news));
    this.line = new Line(this.talk, {
      open: () => this._deliver(),
      weak: (yes) => this._showNetwork(yes),
      pushed: (id, reply) => this._addPushed(id, reply),
      noticed: (id, reply) => this._addNotice(id, reply),
    });
    this._restore();
    this._watch();
  }

  _build() {
    const page = this.options.page;
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": WORDS.messages });
    this.typing = make("div", { class: "typing", role: "status" });
    this.quick = make("div", { class: "quick", role: "group", "aria-label": WORDS.suggestions });
    // Can be focused, so that the arrow keys scroll it.
    this.scroll = make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": WORDS.conversation },
      this.log, this.typing, this.quick);
    this.network = make("p", { class: "network", role: "status" });
    this.confirm = this._confirmation();
    this.panel = make("section", { class: "panel", id: "panel", "aria-labelledby": "title", role: page ? null : "dialog" },
      this._header(), this.confirm, this.scroll, this.network, this._form());
    this.root = make("div", { class: `root ${page ? "page" : "widget"}`, lang: "vi" }, this.panel);
    // The site's own shortcuts must not fire while somebody types here: outside, the target is no input.
    for (const type of ["keydown", "keyup", "keypress"]) {
      this.panel.addEventListener(type, (event) => event.stopPropagation());
    }
    this.panel.addEventListener("keydown", (event) => this._onKey(event));
    this._takeDrops();
    if (!page) this._buildLauncher();
  }

  _header() {
    this.clearButton = iconButton(WORDS.clear, ICONS.bin, { class: "tool", onclick: () => this._askClear(true) });
    this.clearButton.append(make("span", { class: "wide" }, WORDS.clear));
    const close = iconButton(WORDS.close, ICONS.close, { class: "tool", onclick: () => this.close() });
    const title = make(this.options.page ? "h1" : "h2", { id: "title" }, this.options.title);
    return make("div", { class: "header" }, title, this.clearButton, this.options.page ? null : close);
  }

  _confirmation() {
    this.keepButton = make("button", { type: "button", onclick: () => this._askClear(false) }, WORDS.clearNo);
    return make("div", { class: "confirm", role: "group", "aria-labelledby": "confirm-text", hidden: true },
      make("p", { id: "confirm-text" }, WORDS.clearAsk),
      make("button", { type: "button", class: "danger", onclick: () => this._clear() }, WORDS.clearYes),
      this.keepButton);
  }

  _form() {
    this.input = make("textarea", {
      id: "input", rows: "1", maxlength: LONGEST_MESSAGE, placeholder: WORDS.placeholder, enterkeyhint: "send",
      "aria-describedby": "counter", autocomplete: "off", oninput: () => this._typed(),
      onkeydown: (event) => this._enter(event),
    });
    this.counter = make("p", { class: "counter quiet", id: "counter" });
    const send = iconButton(WORDS.send, ICONS.send, { type: "submit", class: "send" });
    this.sendButton = send;
    this.picker = make("input", {
      type: "file", accept: FILE_TYPES, multiple: true, hidden: true, onchange: () => this._picked(),
    });
    this.clip = iconButton(WORDS.attach, ICONS.clip, { class: "clip", onclick: () => this.picker.click() });
    this.tray = make("ul", { class: "tray", "aria-label": WORDS.chosen, hidden: true });
    this.trouble = make("p", { class: "trouble", role: "alert" });
    this.heard = make("p", { class: "unseen", role: "status" });
    const submit = (event) => {
      event.preventDefault();
      this._submit();
    };
    return make("form", { class: "form", onsubmit: submit, onpaste: (event) => this._pasted(event) },
      make("label", { for: "input", class: "unseen" }, WORDS.input), this.trouble, this.heard, this.tray,
      make("div", { class: "row" }, this.clip, this.picker, this.input, send), this.counter);
  }

  _buildLauncher() {
    this.panel.hidden = true;
    this.launcher = iconButton(WORDS.open, ICONS.chat, {
      class: "launcher", "aria-expanded": "false", "aria-controls": "panel", onclick: () => this.open(),
    });
    this.badge = make("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launcher.append(this.badge);
    this.root.append(this.launcher);
    // Where there is room the chat stands beside the page, else it covers it, and Tab must not go behind it.
    this.roomy = window.matchMedia(ROOMY);
    const tell = () => this.panel.setAttribute("aria-modal", String(!this.roomy.matches));
    this.roomy.addEventListener?.("change", tell);
    tell();
    document.addEventListener("focusin", (event) => this._makeWay(event.target));
  }

  /** opener: where the focus goes when the chat is closed. */
  open(opener = this.launcher) {
    if (this.options.page) return this.input.focus();
    const unread = this._unreadEntries()[0];
    this.opener = opener;
    this.panel.hidden = false;
    this.root.classList.add("opened");
    this.launcher.setAttribute("aria-expanded", "true");
    this.line.start();
    this._grow();
    this._scrollToLast();
    if (unread) this.scroll.scrollTop = unread.node.offsetTop - 8;
    this._countUnread();
    return this.input.focus();
  }

  close() {
    this._hide();
    (this.opener?.isConnected ? this.opener : this.launcher).focus();
  }

  _hide() {
    this.panel.hidden = true;
    this.root.classList.remove("opened");
    this.launcher.setAttribute("aria-expanded", "false");
    this._countUnread();
  }

  /** Nobody can work with what they cannot see: what the chat would cover while it has the focus gets its place. */
  _makeWay(target) {
    if (this.panel.hidden || !this.roomy.matches || target === this.root.getRootNode().host || target === document.body) return;
    const [it, chat] = [target, this.panel].map((node) => node.getBoundingClientRect());
    const covered = it.left >= chat.left && it.right <= chat.right && it.top >= chat.top && it.bottom <= chat.bottom;
    if (covered) this._hide();
  }

  _onKey(event) {
    if (event.isComposing) return;
    if (event.key === "Tab") this._keepFocus(event);
    if (event.key !== "Escape") return;
    if (!this.confirm.hidden) this._askClear(false);
    else if (!this.options.page) this.close();
  }

  /** Tab goes round inside the chat where it covers the page. */
  _keepFocus(event) {
    if (this.options.page || this.roomy.matches) return;
    const reachable = [...this.panel.querySelectorAll("a[href], button:enabled, input:enabled, textarea, [tabindex='0']")]
      .filter((node) => node.getClientRects().length);
    const [first, last] = [reachable[0], reachable.at(-1)];
    const active = this.root.getRootNode().activeElement;
    if (active !== (event.shiftKey ? first : last)) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  /** Enter sends, Shift+Enter breaks the line. While an input method composes a word, Enter belongs to it. */
  _enter(event) {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this._submit();
  }

  _typed() {
    this._grow();
    const left = LONGEST_MESSAGE - this.input.value.length;
    this.counter.textContent = left > COUNTER_BELOW ? "" : WORDS.left(left);
    keep("draft", this.input.value);
  }

  _grow() {
    this.input.style.height = "auto";
    const border = this.input.offsetHeight - this.input.clientHeight;
    this.input.style.height = `${this.input.scrollHeight + border}px`; // the style stops it at 5 lines
  }

  _submit() {
    const text = this.input.value.trim();
    if (!text && !this.chosen.length) return;
    for (const { file, name } of this.chosen.splice(0)) this._sendFile(file, name);
    this._showChosen();
    if (!text) return;
    this.input.value = "";
    this._typed();
    this._send(text);
  }

  // -- files

  _picked() {
    this._chooseFiles([...this.picker.files]);
    this.picker.value = ""; // so that the same file can be chosen again
  }

  /** A picture from the clipboard. Where words come with it, as from a text program, the words are meant. */
  _pasted(event) {
    const data = event.clipboardData;
    if (!data?.files.length || data.types.includes("text/plain")) return;
    event.preventDefault();
    this._chooseFiles([...data.files], WORDS.pasted);
  }

  _takeDrops() {
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    const over = (yes) => this.panel.classList.toggle("dropping", yes);
    this.panel.append(make("p", { class: "dropzone", "aria-hidden": "true" }, WORDS.dropHere));
    this.panel.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      over(true);
    });
    this.panel.addEventListener("dragleave", (event) => this.panel.contains(event.relatedTarget) || over(false));
    this.panel.addEventListener("drop", (event) => {
      over(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this._chooseFiles([...event.dataTransfer.files]);
    });
  }

  /** Puts files above the input, to be sent with the next tap on Gửi; of those that cannot be sent it says why. */
  _chooseFiles(files, called) {
    const problems = [];
    for (const file of files) {
      const name = called ? `${called}.${file.type.split("/").at(-1)}` : file.name || WORDS.pasted;
      const problem = this._problemOf(file, name);
      if (problem) problems.push(problem);
      else this.chosen.push({ file, name });
    }
    this._showChosen();
    this.trouble.textContent = problems.join(" ");
    if (files.length === problems.length) return;
    this.heard.textContent = WORDS.chosenSaid(this.chosen.map(({ name }) => name).join(", "));
    this.sendButton.focus();
  }

  /** Looks only at what the browser says; what the file really is, the server looks at. */
  _problemOf(file, name) {
    if (file.type && !/^image\/|^application\/pdf$/.test(file.type)) return WORDS.wrongType(name);
    if (!file.size) return WORDS.empty(name);
    return file.size > this.line.largestFile ? WORDS.tooBig(name, sizeSaid(this.line.largestFile)) : null;
  }

  _showChosen() {
    this.trouble.textContent = "";
    for (const image of this.tray.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.tray.replaceChildren(...this.chosen.map((one) => this._chosenShown(one)));
    this.tray.hidden = !this.chosen.length;
    this._scrollToLast(); // the tray takes room from the talk
  }

  _chosenShown(one) {
    const away = () => {
      this.chosen.splice(this.chosen.indexOf(one), 1);
      this._showChosen();
      this.clip.focus();
    };
    return make("li", {}, one.file.type.startsWith("image/") ? thumbnail(one.file) : null,
      make("span", { class: "name" }, one.name), make("span", { class: "quiet" }, sizeSaid(one.file.size)),
      iconButton(WORDS.drop(one.name), ICONS.close, { class: "tool", onclick: away }));
  }

  _sendFile(file, name) {
    this._say({ text: name, size: file.size, file, tab: this.tab });
  }

  /** Sends an entry's file; afterwards it is a message like any other. Raises CalledOff or NotSent. */
  async _upload(entry) {
    entry.calledOff = new AbortController();
    this._refresh(entry);
    const progress = (share) => {
      entry.share = share;
      if (entry.bar) entry.bar.value = share;
      if (entry.told) entry.told.textContent = shareSaid(share);
    };
    try {
      const taken = await this.line.upload(entry, progress, entry.calledOff.signal);
      entry.payload = `file:${taken.id}`;
      delete entry.file;
    } finally {
      for (const name of ["calledOff", "share", "bar", "told"]) delete entry[name];
    }
  }

  _callOff(entry) {
    entry.calledOff?.abort();
    this._remove(entry);
    this.heard.textContent = WORDS.cancelled(entry.text);
    this.input.focus();
    this._showQuick();
  }

  _chooseAgain(entry) {
    this._remove(entry);
    this._showQuick();
    this.clip.focus();
    this.picker.click();
  }

  _remove(entry) {
    entry.node.remove();
    this.talk.remove(entry);
  }

  // -- messages

  _send(text, payload, location) {
    return this._say({ text, payload, location });
  }

  /** A new message of the citizen's. Behind one that waits for a better line, it waits too. */
  _say(message) {
    const entry = { id: newId(), from: "you", state: "waiting", problem: this.resting ? "" : null, ...message };
    this.saidHere = true;
    this._add(entry);
    if (!this.resting || !this.bidden) this._deliver();
    return entry;
  }

  /** Tapping a quick reply. Its button goes away, so the focus moves to the message: what follows is the reply. */
  async _choose({ title, payload }) {
    if (payload && this.talk.entries.some((entry) => waits(entry) && entry.payload === payload)) return;
    for (const button of this.quick.querySelectorAll("button")) button.disabled = true; // a second tap means the first
    const location = payload === SHARE_PLACE ? await this._lookForPlace() : undefined;
    if (location === null) return;
    this._send(title, payload, location).node.focus({ preventScroll: true });
  }

  /** Where the device is; undefined if it does not say, null if then nothing is to be sent, as it was asked already. */
  async _lookForPlace() {
    this.trouble.textContent = "";
    this.heard.textContent = WORDS.looksForPlace;
    const location = await whereItIs();
    this.heard.textContent = "";
    if (location || !this._replyInForce()?.wants_location) return location;
    this._showQuick();
    this.trouble.textContent = WORDS.noPlace;
    this.input.focus();
    return null;
  }

  // -- the procedure that the site's page is about

  /** From now on the talk is offered this procedure. name: as people call it, if the page says it. */
  about(code, name) {
    this.procedure = { code, name };
    this.saidHere = false;
    this.greeting.replaceWith(this._greetingShown());
    this._showQuick();
  }

  _pageQuestions() {
    const { code, name } = this.procedure;
    const guide = { title: WORDS.guide, onclick: () => this._askPage() };
    const others = WORDS.questions.map(([title, payload]) => ({ title, onclick: () => this._askPage({ title, payload }) }));
    return this._talk().length ? [{ ...guide, title: WORDS.about(name, code) }] : [guide, ...others];
  }

  /** The procedure first, then what of it: a question alone would not say what it is about. */
  _askPage(question) {
    const { code, name } = this.procedure;
    const first = this._send(WORDS.procedure(name, code), `procedure:${code}`);
    const last = question ? this._send(question.title, question.payload) : first;
    last.node.focus({ preventScroll: true });
  }

  // -- sending

  /** Tapping a thumb: it cannot be tapped twice, and stays marked over a reload. */
  _rate(entry, { title, payload }) {
    entry.rated = payload;
    this.talk.put(entry);
    this._refresh(entry);
    this._choose({ title, payload });
  }

  _sendAgain(entry) {
    Object.assign(entry, { state: "waiting", problem: null, tries: 0 });
    if (needsUpload(entry)) entry.tab = this.tab;
    this.talk.last(entry);
    this._place(entry);
    this._showQuick();
    this._scrollToLast();
    entry.node.focus({ preventScroll: true });
    this._showLife();
    this._deliver();
  }

  /** Sends what waits, one after the other: replies keep their order, and the first one brings the session. */
  async _deliver() {
    clearTimeout(this.resting);
    this.resting = null;
    if (this.delivering || !this._next()) return;
    this.delivering = true;
    try {
      await alone("sending", () => this._sendAll());
    } finally {
      this.delivering = false;
    }
    if (!this.resting) this._deliver(); // for what came while the lock was given back
  }

  async _sendAll() {
    this.talk.catchUp(); // another tab may have sent some of it while this one waited
    this._retireOld();
    let entry;
    while ((entry = this._next())) {
      if (!(await this._exchange(entry))) return;
    }
  }

  /** What is sent next; nothing while another tab's file is. */
  _next() {
    const first = this.talk.entries.find(waits);
    return first && (!needsUpload(first) || first.file) ? first : null;
  }

  /** Sends one message. False: it did not come through and waits. */
  async _exchange(entry) {
    const result = await this._answerTo(entry).catch((error) => error);
    this._showTyping(false);
    if (!this.talk.has(entry) || !waits(entry)) return true; // cleared, called off, or answered in another tab
    if (result instanceof Error) return this._notSent(entry, result);
    this.failures = 0;
    this._answered(entry, result);
    return true;
  }

  async _answerTo(entry) {
    if (needsUpload(entry)) {
      await this._upload(entry);
      this.talk.put(entry);
      this._refresh(entry);
    }
    this._showTyping(!this.failures);
    return this.line.ask(entry);
  }

  _answered(entry, reply) {
    Object.assign(entry, { state: "sent", problem: null });
    delete entry.location; // where somebody is stays nowhere
    const answer = { id: `${entry.id}-r`, from: "assistant", reply: keptOf(reply), after: entry.at };
    const known = this.talk.find(answer.id);
    this.talk.put(entry, ...(known ? [] : [answer]));
    if (reply.erased) this._forgetBefore(entry);
    this._refresh(entry);
    if (!known) this._show(answer);
  }

  /** What somebody had deleted at the assistant stays here no longer either. */
  _forgetBefore(entry) {
    this.talk.forgetBefore(entry);
    keep("ticks", {});
    this._redraw();
  }

  _notSent(entry, error) {
    if (error.code === BAD_SESSION && this.talk.session) { // it was too old: a new one, and the same message
      this.talk.setSession(null);
      this.line.renew();
      return true;
    }
    if (error.counts || needsUpload(entry)) entry.tries = (entry.tries ?? 0) + 1;
    const lasting = error.lasting || entry.tries >= MOST_TRIES;
    Object.assign(entry, { state: lasting ? "failed" : "waiting", problem: error.message });
    const behind = lasting ? [] : this.talk.entries.filter((one) => waits(one) && (one.problem ?? null) === null);
    for (const one of behind) one.problem = "";
    this.talk.put(entry, ...behind);
    for (const one of [entry, ...behind]) this._refresh(one);
    this._scrollToLast();
    if (lasting) return true;
    this._rest(error.after);
    return false;
  }

  /** Waits before the next attempt, each time longer. after: seconds, if the server says so. */
  _rest(after) {
    const longest = after ? after * 1000 : Math.min(LONGEST_REST, 1000 * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    this.bidden = Boolean(after);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this._deliver(), after ? longest : longest * (0.5 + Math.random() / 2));
  }

  /** What somebody wanted to know yesterday is not sent without them. */
  _retireOld() {
    for (const entry of this.talk.entries.filter(waits)) {
      if (Date.now() - entry.at < OLDEST_WAITING) continue;
      Object.assign(entry, { state: "failed", problem: WORDS.tooOld });
      this.talk.put(entry);
      this._refresh(entry);
    }
  }

  /**
   * Files whose tab is gone cannot be sent any more; those who sent them are told. Looks again while one may live.
   * Where the browser does not say which tabs live, only what was there before this page was opened is given up.
   */
  async _buryOrphans(atStart = false) {
    const files = () => this.talk.entries.filter((entry) => waits(entry) && needsUpload(entry) && !entry.file);
    clearTimeout(this.burying);
    if (!files().length) return;
    const living = await livingTabs();
    for (const entry of files()) {
      const young = living && Date.now() - entry.at < ORPHAN_PAUSE; // its tab may not have said yet that it lives
      if (young || (living ? living.has(`motcua:${entry.tab}`) : !atStart)) continue;
      entry.state = "failed";
      this.talk.put(entry);
      this._refresh(entry);
    }
    clearTimeout(this.burying);
    if (living && files().length) this.burying = setTimeout(() => this._buryOrphans(), ORPHAN_PAUSE);
    this._deliver();
  }

  /** Lets the other tabs know that this one still has files to send. */
  _showLife() {
    const busy = this.talk.entries.some((entry) => entry.file && waits(entry));
    if (!busy || this.living) return;
    this.living = alone(this.tab, async () => {
      while (this.talk.entries.some((entry) => entry.file && waits(entry))) await pause(1000);
    }).finally(() => { this.living = null; });
  }

  // -- showing

  /** Puts a message where it belongs. */
  _place(entry) {
    entry.node ??= make("div", { class: `turn ${entry.from}`, tabindex: "-1" });
    this._refresh(entry);
    const { entries } = this.talk;
    const next = entries.slice(entries.indexOf(entry) + 1).find(({ node }) => node?.isConnected || node?.parentNode);
    const before = next?.node ?? null;
    if (entry.node.nextSibling !== before || !entry.node.parentNode) this.log.insertBefore(entry.node, before);
  }

  _add(entry) {
    this.talk.put(entry);
    this._showLife();
    this._show(entry);
  }

  _show(entry) {
    this._place(entry);
    this._showQuick();
    this._scrollToLast();
    this._countUnread();
  }

  /** A reply that nobody waits for any more: it came late. */
  _addPushed(id, reply) {
    const asked = this.talk.find(id);
    if (asked?.state === "waiting" || asked?.state === "failed") this._answered(asked, reply);
    else if (!asked) this._add({ id: newId(), from: "assistant", reply: keptOf(reply) });
  }

  /** Shows a notice, once however often it comes. The log is a live region, so it is read out too. */
  _addNotice(id, reply) {
    if (this.seen.has(id)) return;
    this.seen.add(id);
    keep("seen", [...new Set([...(recall("seen") ?? []), ...this.seen])].slice(-KEPT_SEEN)); // another tab keeps some too
    if (this.talk.find(`notice-${id}`)) return;
    const entry = { id: `notice-${id}`, from: "assistant", reply: keptOf(reply), notice: id };
    this.talk.put(entry);
    this._place(entry);
    this.scroll.scrollTop = entry.node.offsetTop - 8;
    this._countUnread();
  }

  /** What another tab added, changed or cleared. */
  _catchUp({ entries, cleared, session }) {
    if (cleared) this._redraw();
    if (cleared && session) this.line.reset();
    else if (session) this.line.renew();
    for (const entry of entries) {
      if (!this.talk.has(entry) || entry.state === "gone") entry.node?.remove();
      else this._place(entry);
    }
    this._showQuick();
    if (entries.some(({ from }) => from === "you")) this._scrollToLast();
    this._countUnread();
    this._buryOrphans();
    this._deliver();
  }

  _looksAt() {
    return !document.hidden && !this.panel.hidden;
  }

  /** What the assistant said since somebody last looked. */
  _unreadEntries() {
    const looked = recall("looked") ?? Infinity;
    return this.talk.entries.filter(({ from, at, state }) => from === "assistant" && at > looked && state !== "gone");
  }

  /** A number on the closed widget's button and in the title of the page, for what nobody has looked at. */
  _countUnread() {
    const latest = Math.max(0, ...this.talk.entries.map(({ at }) => at));
    const looked = recall("looked");
    if (looked === null || (this._looksAt() && latest > looked)) keep("looked", latest);
    const count = this._unreadEntries().length;
    const bare = document.title.startsWith(WORDS.unread(this.unread))
      ? document.title.slice(WORDS.unread(this.unread).length) : document.title;
    this.unread = document.hidden ? count : 0; // who looks at the page sees the button
    const title = this.unread ? WORDS.unread(count) + bare : bare;
    if (document.title !== title) document.title = title;
    if (!this.launcher) return;
    this.badge.hidden = !count;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    const name = count ? WORDS.openUnread(count) : WORDS.open;
    this.launcher.setAttribute("aria-label", name);
    this.launcher.title = name;
  }

  _refresh(entry) {
    const focused = entry.node.matches(":focus-within"); // on something that goes away now
    const can = {
      sendNow: () => this._deliver(),
      sendAgain: () => this._sendAgain(entry),
      chooseAgain: () => this._chooseAgain(entry),
      callOff: () => this._callOff(entry),
    };
    if (entry.from === "you") entry.node.replaceChildren(...questionShown(entry, can));
    else if (entry.notice) entry.node.replaceChildren(noticeShown(entry, (button) => this._choose(button)));
    else {
      const { reply } = entry;
      const from = this.options.title;
      const paper = { print: () => printReply(reply, from), save: () => saveReply(reply, from) };
      entry.node.replaceChildren(replyShown(reply, paper), ...thumbsShown(entry, (thumb) => this._rate(entry, thumb)));
    }
    if (focused) entry.node.focus({ preventScroll: true });
    for (const image of entry.node.querySelectorAll("img")) {
      image.addEventListener("load", () => entry === this.talk.entries.at(-1) && !entry.notice && this._scrollToLast());
    }
  }

  /** The buttons of the last reply, or at the start the examples or the questions of the page's procedure. */
  _showQuick() {
    const talk = this._talk();
    const last = talk.at(-1);
    const reply = this._replyInForce();
    const choose = (button) => ({ title: button.title, onclick: () => this._choose(button) });
    const examples = WORDS.examples.map((title) => ({ title }));
    const said = (last ? quickOf(reply) : this.procedure ? [] : examples).map(choose);
    const listed = new Set(reply?.text.split("\n")); // what stands there with a number, people may also type
    const label = (title, number) => (listed.has(`${number}. ${title}`) ? `${number}. ${title}` : title);
    const page = this.procedure && !this.saidHere ? this._pageQuestions() : [];
    const buttons = [...said, ...page];
    this.quick.replaceChildren(...buttons.map(({ title, onclick }, position) => make("button", {
      type: "button", onclick,
    }, label(title, position + 1))));
    this.quick.hidden = !buttons.length;
    for (const entry of talk) entry.node?.classList.toggle("last", entry === last);
    this._wantFile(Boolean(last?.reply?.wants_file));
  }

  /** The conversation without the notices in between, which change nothing of what was asked last. */
  _talk() {
    return this.talk.entries.filter((entry) => !entry.notice && entry.state !== "gone");
  }

  _wantFile(yes) {
    this.clip.classList.toggle("wanted", yes);
    const name = yes ? WORDS.attachWanted : WORDS.attach;
    this.clip.setAttribute("aria-label", name);
    this.clip.title = name;
  }

  /** The reply whose buttons stand below: the last one, or after mere thanks for a thumb the one that it was for. */
  _replyInForce() {
    const talk = this._talk();
    const [last, tap, rated] = [-1, -2, -3].map((place) => talk.at(place));
    const thanked = last?.reply && !quickOf(last.reply).length && tap?.payload === HELPFUL;
    return (thanked && rated?.reply) || last?.reply;
  }

  _showTyping(yes) {
    const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.typing.replaceChildren(...(yes ? [hiddenText(WORDS.typing), dots] : []));
    if (yes) this._scrollToLast();
  }

  /** To the end, but never past the last question: long replies are read from their start. */
  _scrollToLast() {
    const asked = this.talk.entries.filter(({ from, node }) => from === "you" && node).at(-1);
    const end = this.scroll.scrollHeight - this.scroll.clientHeight;
    const start = asked ? asked.node.offsetTop - 8 : 0;
    this.scroll.scrollTop = Math.min(end, start);
  }

  _greetingShown() {
    const { code, name } = this.procedure ?? {};
    const lines = [this.options.greeting, ...(code ? [WORDS.here(name, code)] : []), WORDS.automatic];
    this.greeting = make("div", { class: "turn assistant" },
      make("div", { class: "bubble" }, hiddenText(WORDS.assistant), linesShown(lines)));
    return this.greeting;
  }

  _watch() {
    for (const type of ["online", "offline"]) window.addEventListener(type, () => this._showNetwork());
    window.addEventListener("online", () => this._deliver());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.talk.catchUp(); // what a sleeping tab was not told
      this._countUnread();
      if (!document.hidden && this.resting) this._deliver();
    });
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.talk.catchUp());
    whenKept("looked", () => this._countUnread());
    whenKept("ticks", (ticks) => showTicks(this.root, ticks));
    whenKept("seen", (seen) => { this.seen = new Set(seen); });
    this._showNetwork();
  }

  _showNetwork(weak = this.weak) {
    this.weak = weak;
    const words = navigator.onLine === false ? WORDS.offline : weak ? WORDS.weak : "";
    if (this.network.textContent !== words) this.network.textContent = words;
  }

  /** Shows what was kept, and sends what had not come through. */
  _restore() {
    this.log.append(this._greetingShown());
    try {
      this.talk.catchUp();
    } catch { // kept by another version of this file, in another form
      this.talk.clear();
      this._redraw();
    }
    this._showQuick();
    this._countUnread();
    this._buryOrphans(true);
    this.input.value = recall("draft") ?? "";
  }

  _askClear(yes) {
    this.confirm.hidden = !yes;
    (yes ? this.keepButton : this.clearButton).focus();
  }

  _clear() {
    for (const entry of this.talk.entries) entry.calledOff?.abort();
    this.talk.clear();
    this.line.reset();
    this.chosen = [];
    this._showChosen();
    this.saidHere = false;
    this._redraw();
    this._showQuick();
    keep("ticks", {});
    keep("seen", []);
    this.seen.clear();
    this._countUnread();
    this.confirm.hidden = true;
    this.typing.replaceChildren(hiddenText(WORDS.cleared));
    this.input.focus();
  }

  _redraw() {
    this.log.replaceChildren(this._greetingShown());
    for (const entry of this.talk.entries) entry.node = undefined;
    for (const entry of this.talk.entries) if (entry.state !== "gone") this._place(entry);
  }
}

/** A small picture of a file that was chosen; none of what this browser cannot show, or the site forbids. */
function thumbnail(file) {
  const image = make("img", { src: URL.createObjectURL(file), alt: "" });
  image.addEventListener("error", () => image.remove());
  return image;
}

// ---- starting

/** A style, for this shadow root or document only; gives what takes it away. Browsers from before 2023 get an element. */
function dress(tree, style) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    tree.adoptedStyleSheets = [...tree.adoptedStyleSheets, sheet];
    return () => { tree.adoptedStyleSheets = tree.adoptedStyleSheets.filter((one) => one !== sheet); };
  } catch {
    const element = make("style", {}, style);
    (tree.head ?? tree).append(element);
    return () => element.remove();
  }
}

/** How bright a colour (#rrggbb) is, from 0 to 1, as WCAG reckons it. */
function luminanceOf(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The site's own colour for the header and the citizen's messages, with letters that can be read on it; where it can
 * be read itself on our light ground, links and buttons have it too.
 */
function paint(root, colour) {
  if (!/^#[\da-f]{6}$/i.test(colour)) return;
  const luminance = luminanceOf(colour);
  root.style.setProperty("--brand", colour);
  root.style.setProperty("--on-brand", luminance > 0.179 ? "#000" : "#fff");
  if ((luminanceOf(GROUND) + 0.05) / (luminance + 0.05) >= 4.5) root.style.setProperty("--site-link", colour);
}

/** Light or dark, as the page says, else as the reader has set it. */
function followScheme(root, scheme) {
  const reader = window.matchMedia("(prefers-color-scheme: dark)");
  const choose = () => root.classList.toggle("dark", scheme === "dark" || (scheme !== "light" && reader.matches));
  reader.addEventListener?.("change", choose);
  choose();
}

/** Fits the chat to what is left above the keyboard of an iPhone, which covers the page instead of shrinking it. */
function followKeyboard(root) {
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    if (view.scale > 1.01) root.style.removeProperty("--room"); // pinched, not typing
    else root.style.setProperty("--room", `${view.height}px`);
  });
}

/** The procedure that a code names, as an attribute or an address tells it; null where it names none. */
function procedureOf(code, name = "") {
  const found = PROCEDURE.exec((code ?? "").trim());
  return found ? { code: found[1], name: name.trim() } : null;
}

/** What an address asks for: null if it does not open the chat, else a procedure's code or "". */
function askedBy({ search, hash }) {
  const fragment = /^#motcua(?:=(.*))?$/.exec(hash);
  return fragment ? fragment[1] ?? "" : new URLSearchParams(search).get("motcua");
}

/** Opens the chat from links to #motcua, from whatever has data-motcua-open, and from the address of the page. */
function openOnLinks(chat, named) {
  const open = (code, name, opener) => {
    const procedure = procedureOf(code, name || (code === named?.code ? named.name : ""));
    if (procedure) chat.about(procedure.code, procedure.name);
    chat.open(opener);
  };
  const byAddress = (address) => {
    const asked = askedBy(address);
    if (asked !== null) open(asked);
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-motcua-open], a[href*='#motcua']");
    if (!opener || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { motcuaOpen, procedureName } = opener.dataset;
    const link = motcuaOpen === undefined ? new URL(opener.href) : null;
    const here = link && link.origin + link.pathname === window.location.origin + window.location.pathname;
    const asked = link ? askedBy({ search: "", hash: link.hash }) : motcuaOpen;
    if (asked === null || (link && !here)) return;
    event.preventDefault();
    open(asked, procedureName, opener);
  });
  window.addEventListener("hashchange", () => byAddress({ search: "", hash: window.location.hash }));
  byAddress(window.location);
}

function start() {
  if (document.querySelector("motcua-chat")) return; // the script stands on the page twice
  const { mode, title, greeting, colour, scheme, side, procedure: code, procedureName } = SCRIPT.dataset;
  const page = mode === "page";
  const procedure = procedureOf(code, procedureName);
  const chat = new Chat({ page, title: title || WORDS.title, greeting: greeting || WORDS.greeting, procedure });
  const host = document.createElement("motcua-chat");
  const shadow = host.attachShadow({ mode: "open" });
  dress(shadow, STYLE);
  shadow.append(chat.root);
  if (page) SCRIPT.after(host);
  else document.body.append(host);
  chat.root.classList.toggle("left", side === "left");
  paint(chat.root, colour);
  followScheme(chat.root, scheme);
  followKeyboard(chat.root);
  if (page || chat.talk.session) chat.line.start(); // who has talked here before may be told something
  openOnLinks(chat, procedure);
  if (!page) return;
  chat._grow();
  chat._scrollToLast();
}

// ---- style

const ROOMY = "(min-width: 500px) and (min-height: 500px)"; // where the chat stands beside the page
const GROUND = "#eef2f6"; // the light ground

const STYLE = `
:host { display: contents !important; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }

/* Nothing is inherited from the site; sizes go from the letter size the reader has set in the browser. */
.root {
  all: initial; display: block; direction: ltr; color-scheme: light; color: var(--ink);
  font: medium/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --brand: #0b57a4; --on-brand: #fff; --ground: ${GROUND}; --surface: #fff; --ink: #18222c; --quiet: #4d5b69;
  --line: #cbd5de; --edge: #6f7d8b; --link: var(--site-link, #0b57a4); --bad: #b42318; --warn: #fff4d6; --warn-ink: #5c3d00;
  --warn-line: #b98300; --full: 100vh;
}
@supports (height: 100dvh) { .root { --full: 100dvh; } }
.root.dark {
  color-scheme: dark;
  --brand: #1d62b0; --ground: #10161c; --surface: #1c252e; --ink: #e8edf2; --quiet: #aab6c2; --line: #394653;
  --edge: #8795a3; --link: #90c3ff; --bad: #ffa198; --warn: #38290a; --warn-ink: #ffe3a1; --warn-line: #c79a2b;
}

h1, h2, h3, p, ul, ol { margin: 0; padding: 0; }
h1, h2 { font-size: 1.125em; line-height: 1.3; }
h3 { font-size: 1em; }
a { color: var(--link); overflow-wrap: anywhere; }
button {
  font: inherit; color: var(--link); background: var(--surface); border: 1px solid var(--link); border-radius: 12px;
  min-height: 44px; min-width: 44px; padding: 6px 14px; cursor: pointer; touch-action: manipulation;
}
button:hover { text-decoration: underline; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
.quiet { color: var(--quiet); font-size: .875em; }
/* For the ear only. A list of options is too, while they stand below it as buttons. */
.unseen, .last .clarify ol, .last .asked ol { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

.launcher {
  position: fixed; z-index: 2147483000; width: 60px; height: 60px; padding: 0; border: 2px solid var(--on-brand);
  right: calc(16px + env(safe-area-inset-right)); bottom: calc(16px + env(safe-area-inset-bottom));
  border-radius: 50%; background: var(--brand); color: var(--on-brand); box-shadow: 0 3px 12px #0006;
}
.launcher svg { margin: auto; width: 28px; height: 28px; }
.badge {
  position: absolute; top: -6px; right: -6px; min-width: 24px; height: 24px; padding: 0 5px; border-radius: 12px;
  background: #b42318; color: #fff; border: 2px solid #fff; font-size: .8125em; font-weight: 700; line-height: 20px; text-align: center;
}
.left .launcher { right: auto; left: calc(16px + env(safe-area-inset-left)); }
.left .badge { right: auto; left: -6px; }
.opened .launcher { display: none; }

.panel {
  position: fixed; z-index: 2147483000; inset: 0 0 auto; height: var(--room, var(--full)); overflow: hidden;
  display: flex; flex-direction: column; background: var(--ground); text-align: start;
}
@media ${ROOMY} {
  .widget .panel {
    inset: auto calc(16px + env(safe-area-inset-right)) calc(16px + env(safe-area-inset-bottom)) auto;
    width: 400px; height: min(660px, var(--full) - 32px); border-radius: 16px; border: 1px solid var(--line);
    box-shadow: 0 8px 32px #0005;
  }
  .widget.left .panel { right: auto; left: calc(16px + env(safe-area-inset-left)); }
}

.header {
  display: flex; align-items: center; gap: 4px; background: var(--brand); color: var(--on-brand);
  padding: calc(6px + env(safe-area-inset-top)) calc(8px + env(safe-area-inset-right)) 6px calc(16px + env(safe-area-inset-left));
}
.header > :first-child { flex: 1; font-weight: 600; text-wrap: balance; }
.tool { background: none; border: 0; color: inherit; padding: 8px; display: flex; gap: 6px; align-items: center; justify-content: center; }
.tool:focus-visible { outline-color: currentColor; outline-offset: -3px; }
.wide { display: none; }

.confirm {
  display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 10px 16px; background: var(--surface);
  border-bottom: 1px solid var(--line);
}
.confirm p { flex: 1 1 100%; }
.danger { background: var(--bad); border-color: var(--bad); color: var(--surface); }

.scroll { flex: 1; min-height: 0; overflow: hidden auto; overscroll-behavior: contain; position: relative; padding: 12px; }
.scroll:focus-visible { outline-offset: -3px; }
.turn { display: flex; flex-direction: column; align-items: flex-start; margin-bottom: 10px; container-type: inline-size; }
.turn.you { align-items: flex-end; }
.bubble {
  position: relative; max-width: 100%; padding: 10px 14px; border-radius: 16px; border-bottom-left-radius: 4px;
  background: var(--surface); border: 1px solid var(--line); overflow-wrap: break-word;
  display: flex; flex-direction: column; gap: 8px;
}
.you .bubble {
  max-width: 86%; background: var(--brand); color: var(--on-brand); border-color: transparent; white-space: pre-wrap;
  border-radius: 16px; border-bottom-right-radius: 4px;
}
.bubble ul, .bubble ol { padding-left: 1.25em; display: flex; flex-direction: column; gap: 4px; }
.bubble ol { padding-left: 1.75em; }
.bubble ul ul { margin-top: 4px; list-style: "– "; padding-left: .9em; }
.bubble h3 { margin-top: 4px; }
.emergency { border: 2px solid var(--bad); font-size: 1.125em; }
.emergency a { font-weight: 700; }
.source { border-top: 1px solid var(--line); padding-top: 8px; }
.warning {
  background: var(--warn); color: var(--warn-ink); border: 1px solid var(--warn-line); border-radius: 8px; padding: 8px 10px;
}
.state { font-size: .875em; color: var(--bad); text-align: end; }
.state:empty { display: none; }
.state span { display: block; }
.plain { border: 0; background: none; padding: 4px 6px; font-weight: 600; text-decoration: underline; }

.card, .asked { display: flex; flex-direction: column; gap: 8px; }
.card h2 + .quiet { margin-top: -8px; }
.bubble .checklist { list-style: none; padding: 0; gap: 0; }
.checklist li { border-top: 1px solid var(--line); }
.checklist label { display: flex; gap: 10px; padding: 10px 0; cursor: pointer; }
.checklist label > span > * { display: block; }
.checklist b { font-weight: 600; }
.checklist input { flex: none; width: 24px; height: 24px; margin: 1px 0 0; accent-color: var(--link); }

table { border-collapse: collapse; width: 100%; font-size: .9375em; }
caption { text-align: start; font-weight: 700; padding-bottom: 6px; font-size: 1.067em; }
th, td { text-align: start; vertical-align: top; border: 1px solid var(--line); padding: 6px 8px; }
th { font-weight: 600; }
td, tbody th { min-width: 6.5em; }
thead { background: var(--ground); }
td div + div { margin-top: 6px; }
@container (max-width: 460px) {
  table, caption, tbody, tr, tbody th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
  tr + tr { margin-top: 8px; }
  th, td { border: 0; }
  tbody th { background: var(--ground); }
  td::before { content: attr(data-label); content: attr(data-label) / ""; display: block; color: var(--quiet); font-size: .875em; }
}

.typing { min-height: 4px; }
.dots { display: inline-flex; gap: 5px; padding: 12px 14px; margin-bottom: 8px; background: var(--surface); border: 1px solid var(--line); border-radius: 16px; }
.dots i { width: 8px; height: 8px; border-radius: 50%; background: var(--quiet); animation: wait 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .2s; }
.dots i:nth-child(3) { animation-delay: .4s; }
@keyframes wait { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .dots i { animation: none; } }

.quick { display: flex; flex-wrap: wrap; gap: 8px; }
.quick button { text-align: start; overflow-wrap: anywhere; max-width: 100%; }
.thumbs { display: none; gap: 4px; margin-top: 2px; }
.last > .thumbs, .thumbs.rated { display: flex; }
.thumbs button { min-height: 36px; padding: 2px 8px; background: none; border-color: transparent; font-size: 1.125em; }
.thumbs button:disabled { cursor: default; text-decoration: none; }
.thumbs button[aria-pressed="false"]:disabled { opacity: .4; filter: grayscale(1); }
.thumbs button[aria-pressed="true"] { border-color: var(--link); background: var(--surface); }
.network { padding: 6px 16px; background: var(--warn); color: var(--warn-ink); font-size: .875em; }
.network:empty { display: none; }

.form {
  background: var(--surface); border-top: 1px solid var(--line);
  padding: 8px calc(12px + env(safe-area-inset-right)) calc(8px + env(safe-area-inset-bottom)) calc(12px + env(safe-area-inset-left));
}
.row { display: flex; gap: 8px; align-items: flex-end; }
textarea {
  flex: 1; min-width: 0; font: inherit; font-size: max(16px, 1em); line-height: 1.4; color: inherit; background: var(--surface);
  border: 1px solid var(--edge); border-radius: 12px; padding: 10px 12px; resize: none;
  min-height: 46px; max-height: calc(5 * 1.4em + 22px); /* 16px letters at least, or iPhones zoom in */
}
textarea::placeholder { color: var(--quiet); opacity: 1; }
textarea:focus-visible { outline-offset: -1px; }
.send, .clip { flex: none; width: 46px; height: 46px; padding: 0; }
.clip svg { margin: auto; }
.clip { border-color: var(--edge); color: inherit; }
.clip.wanted { background: var(--brand); color: var(--on-brand); border-color: var(--brand); box-shadow: 0 0 0 3px var(--surface), 0 0 0 5px var(--brand); }
.send { border: 0; background: var(--brand); color: var(--on-brand); }
.send svg { margin: auto; }
.counter:empty, .trouble:empty { display: none; }
.trouble { color: var(--bad); font-size: .875em; padding-bottom: 8px; }
.tray { list-style: none; display: flex; flex-direction: column; gap: 6px; padding-bottom: 8px; max-height: 30vh; overflow-y: auto; }
.tray li { display: flex; align-items: center; gap: 8px; border: 1px solid var(--line); border-radius: 12px; padding-left: 10px; }
.tray img { width: 40px; height: 40px; object-fit: cover; border-radius: 6px; margin-left: -6px; }
.tray .name { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.dropzone { display: none; position: absolute; inset: 8px; border: 3px dashed var(--link); border-radius: 16px; background: var(--surface); pointer-events: none; }
.dropping .dropzone { display: flex; align-items: center; justify-content: center; font-weight: 600; }

.you .bubble .file { display: flex; gap: 8px; align-items: center; }
.file svg { flex: none; }
.file span { overflow-wrap: anywhere; min-width: 0; }
.file .size { flex: none; font-size: .875em; }
.upload { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; justify-content: flex-end; }
.upload span { display: inline; }
progress { accent-color: var(--link); width: 8em; }
.picture { display: block; align-self: flex-start; max-width: 100%; border-radius: 8px; }
.picture img { display: block; max-width: 100%; max-height: 70vh; height: auto; border-radius: 8px; background: #fff; border: 1px solid var(--line); }
.document { display: flex; gap: 8px; align-items: center; min-height: 44px; padding: 8px 12px; border: 1px solid var(--link); border-radius: 12px; text-decoration: none; }
.document:hover { text-decoration: underline; }
.notice { border-left: 4px solid var(--link); }
.notice .mark { display: flex; gap: 6px; align-items: center; font-weight: 600; }
.mark svg { width: 18px; height: 18px; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; }
.choices button { text-align: start; overflow-wrap: anywhere; max-width: 100%; }

/* Low screens, as at 400 % zoom or above a keyboard: what is said needs the room. */
@media (max-height: 380px) {
  .header { padding-block: 0; font-size: .875em; }
  .header h1, .header h2 { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .form { padding-block: 4px; }
  .scroll { padding: 6px 12px; }
}

@media (forced-colors: active) {
  .dots i { background: CanvasText; }
  .send, .tool, .plain, .thumbs button { border: 1px solid ButtonText; }
  .clip.wanted { outline: 3px solid Highlight; }
  .thumbs button[aria-pressed="true"] { border: 3px solid Highlight; }
  .badge { forced-color-adjust: none; }
}

@media print {
  .root, .root.dark {
    color-scheme: light; --ground: #fff; --surface: #fff; --ink: #000; --quiet: #333; --line: #888; --link: #000; --bad: #000;
    --warn: #fff; --warn-ink: #000; --warn-line: #000;
  }
  .widget, .header button, .confirm, .form, .quick, .typing, .network, .thumbs, .choices, .asked, .dropzone { display: none !important; }
  .panel { position: static; height: auto; display: block; overflow: visible; background: #fff; }
  .scroll { overflow: visible; padding: 0; }
  .header { background: none; color: #000; padding: 0; }
  .bubble, .you .bubble { background: none; color: #000; border: 0; padding: 4px 0; max-width: none; }
  .paper { font-size: 11pt; line-height: 1.4; }
  .paper .card h2 { font-size: 1.5em; }
  .paper .checklist label { padding: 5px 0; }
  .paper .progress { display: none; }
  .checklist li, td div, .warning { break-inside: avoid; }
  .checklist input { appearance: none; border: 2px solid #000; border-radius: 3px; position: relative; }
  .checklist input:checked::after { content: "✓"; position: absolute; inset: -5px 0 0 2px; font-weight: 700; font-size: 20px; }
  a { color: inherit; }
  .card a::after { content: " " attr(href); overflow-wrap: anywhere; }
}

/* Wide pages: a column in the middle that the eye can follow. */
@media (min-width: 700px) {
  .page .wide { display: inline; }
  .page .header, .page .confirm, .page .scroll, .page .network, .page .form { padding-inline: max(16px, 50% - 380px); }
  .page .bubble { max-width: 92%; }
  .page .you .bubble { max-width: 75%; }
}
`;

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
})();
