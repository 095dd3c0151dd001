"""A runtime for Greenroom in Python's standard library: it counts the words of what it is told.

It speaks the contract "stream": events out on :3100, messages in on :8788.
"""
import collections, json, os, queue, re, threading, time, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = os.environ.get("POD_IP", "127.0.0.1")
INSTANCE = uuid.uuid4().hex[:8]
HEALTH = {"status": "ok", "contract": "greenroom/1", "capabilities": {"multiSession": True, "cancel": True}}
events, readers, lock = [], set(), threading.Lock()
seen, cancelled = set(), set()
work = queue.Queue()


def emit(turn, kind, payload):
    """Keeps an event for readers that come later and hands it to those that are here."""
    event = {"event_id": str(uuid.uuid4()), "type": kind, "payload": payload}
    event.update({key: turn[key] for key in ("session_id", "turn_id") if turn.get(key)})
    with lock:
        events.append(event)
        for reader in readers:
            reader.put((len(events), event))


def answer(turn):
    """One turn: this is where a program of your own would begin."""
    emit(turn, "turn.started", {})
    words = re.findall(r"\w+", turn["text"].lower())
    emit(turn, "agent.status", {"text": f"Counting {len(words)} words"})
    # Slow on purpose, a step for every word, so that there is something to cancel.
    for _ in words:
        time.sleep(float(os.environ.get("SECONDS_PER_WORD", "0")))
        if turn["turn_id"] in cancelled:
            return emit(turn, "turn.cancelled", {"reason": "Stopped"})
    common = ", ".join(f"{word} {count}" for word, count in collections.Counter(words).most_common(5))
    text = f"{len(words)} words, {len(set(words))} different. Most frequent: {common or 'none'}."
    emit(turn, "agent.text", {"text": text})
    emit(turn, "turn.finished", {"outcome": "completed", "answer": text})


def worker():
    while True:
        answer(work.get())


class Handler(BaseHTTPRequestHandler):
    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/health":
            return self.reply(200, HEALTH)
        if self.path != "/stream":
            return self.reply(404, {"error": f"There is no {self.path} here."})
        last = self.headers.get("Last-Event-ID", "").split("-")
        start = int(last[1]) if last[0] == INSTANCE else 0
        reader = queue.Queue()
        with lock:
            for position in range(start, len(events)):
                reader.put((position + 1, events[position]))
            readers.add(reader)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            while True:
                position, event = reader.get()
                self.wfile.write(f"id: {INSTANCE}-{position}\ndata: {json.dumps(event)}\n\n".encode())
                self.wfile.flush()
        except OSError:
            readers.discard(reader)  # The reader went away; it comes back with Last-Event-ID.

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if self.path == "/inject" and body.get("event_id") not in seen:
            seen.add(body.get("event_id"))
            work.put({**body, "turn_id": body.get("turn_id") or str(uuid.uuid4())})
        elif self.path == "/cancel":
            cancelled.add(body.get("turn_id"))
        elif self.path == "/shutdown":
            threading.Timer(0.1, os._exit, [0]).start()
        self.reply(200, {"state": "opened"})

    def log_message(self, *_):
        """Requests are no news."""


threading.Thread(target=worker, daemon=True).start()
threading.Thread(target=ThreadingHTTPServer((HOST, 8788), Handler).serve_forever, daemon=True).start()
print(f"listening on {HOST}", flush=True)
ThreadingHTTPServer((HOST, 3100), Handler).serve_forever()
