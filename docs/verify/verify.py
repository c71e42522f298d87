# WEBHOOK_SECRET=whsec_… python3 verify.py <webhook-id> <webhook-timestamp> <webhook-signature> < body
import base64, hashlib, hmac, os, sys, time


# `body` is the request's raw bytes: parsing and printing the JSON again would change them.
def verify(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    is_fresh = timestamp.isdecimal() and abs(time.time() - int(timestamp)) <= 5 * 60
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    mac = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(mac)
    return is_fresh and any(hmac.compare_digest(one.encode(), expected) for one in signatures.split(" "))


is_ours = verify(os.environ["WEBHOOK_SECRET"], *sys.argv[1:4], sys.stdin.buffer.read())
print("verified" if is_ours else "refused")
sys.exit(0 if is_ours else 1)
