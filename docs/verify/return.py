# WEBHOOK_SECRET=whsec_… python3 return.py <payment id of the order> <the URL that the customer came back to>
import base64, hashlib, hmac, os, sys, time
from urllib.parse import parse_qs, urlsplit


def verify_return(secret: str, payment_id: str, url: str) -> str | None:
    said = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    status, timestamp = said.get("status", ""), said.get("timestamp", "")
    is_fresh = timestamp.isdecimal() and abs(time.time() - int(timestamp)) <= 5 * 60
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    expected = hmac.new(key, f"return.{payment_id}.{status}.{timestamp}".encode(), hashlib.sha256).hexdigest()
    signatures = said.get("signature", "").encode().split(b",")
    matches = any(hmac.compare_digest(one, expected.encode()) for one in signatures)
    return status if is_fresh and said.get("payment_id") == payment_id and matches else None


status = verify_return(os.environ["WEBHOOK_SECRET"], *sys.argv[1:3])
print(status or "refused")
sys.exit(0 if status else 1)
