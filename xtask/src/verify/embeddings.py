"""all-MiniLM-L6-v2 as a server that speaks OpenAI's /v1/embeddings, and search by its vectors alone.

serve            answers on a free port of this machine, which it prints
nearest DB URL   reads questions, one a line; prints for each the five passages whose vectors are most
                 alike, as JSON: [[document's id, first page, last page], …]
"""

import json
import sqlite3
import sys
import tempfile
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

MODEL = "all-minilm-l6-v2"
HITS = 5


def serve():
    from all_minilm_l6_v2 import extract_model
    from sentence_transformers import SentenceTransformer

    with tempfile.TemporaryDirectory() as folder:
        model = SentenceTransformer(str(extract_model(folder)), device="cpu")
    lock = Lock()
    # Of texts asked by themselves, as queries are: on a busy machine the first answer may come too late for
    # who asked, the next does not.
    known = {}

    def vectors_of(texts):
        if len(texts) == 1 and texts[0] in known:
            return known[texts[0]]
        with lock:
            vectors = model.encode(texts, normalize_embeddings=True)
        if len(texts) == 1:
            known[texts[0]] = vectors
        return vectors

    vectors_of(["warm"])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path != "/v1/embeddings" or asked["model"] != MODEL:
                return self.answer(404, {"error": {"code": "model_not_found"}})
            vectors = vectors_of(asked["input"])
            data = [
                {"object": "embedding", "index": place, "embedding": [round(float(x), 6) for x in vector]}
                for place, vector in enumerate(vectors)
            ]
            self.answer(200, {"object": "list", "model": MODEL, "data": data})

        def answer(self, status, body):
            body = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
    server.serve_forever()


def nearest(database, url):
    import numpy

    rows = sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute(
        """SELECT d.id, c.page_start, c.page_end, v.vectors FROM chunk_vectors v
        JOIN chunks c ON c.owner_id = v.owner_id AND c.number = v.number
        JOIN documents d ON d.owner_id = c.owner_id AND d.id = c.document_id"""
    ).fetchall()
    questions = [line.strip() for line in sys.stdin if line.strip()]
    asked = json.dumps({"model": MODEL, "input": questions}).encode()
    request = urllib.request.Request(f"{url}/embeddings", asked, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        queries = [one["embedding"] for one in json.load(answer)["data"]]
    passages, vectors = [], []
    for document, first, last, stored in rows:
        for piece in numpy.frombuffer(stored, numpy.int8).reshape(-1, len(queries[0])):
            passages.append((str(uuid.UUID(bytes=document)), first, last))
            vectors.append(piece / numpy.linalg.norm(piece.astype(numpy.float32)))
    alike = numpy.array(queries) @ numpy.array(vectors).T
    for row in alike:
        best = []
        for place in numpy.argsort(-row):
            if passages[place] not in best:
                best.append(passages[place])
            if len(best) == HITS:
                break
        print(json.dumps(best))


if __name__ == "__main__":
    {"serve": serve, "nearest": nearest}[sys.argv[1]](*sys.argv[2:])
