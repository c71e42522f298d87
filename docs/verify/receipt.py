# python3 receipt.py <keys.json, of /.well-known/quittance-receipt-keys.json> < receipt.json; needs openssl 3
import base64, json, subprocess, sys, tempfile


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify_receipt(jws: str, keys: list[dict]) -> dict | None:
    header, payload, signature = jws.split(".")
    key_id = json.loads(decoded(header))["kid"]
    key = next((decoded(key["x"]) for key in keys if key["kid"] == key_id), None)
    if key is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "key": bytes.fromhex("302a300506032b6570032100") + key,
            "signed": f"{header}.{payload}".encode(),
            "signature": decoded(signature),
        }
        for name, content in files.items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in signed -sigfile signature"
        done = subprocess.run(command.split(), cwd=folder, capture_output=True)
    return json.loads(decoded(payload)) if done.returncode == 0 else None


with open(sys.argv[1]) as file:
    receipt = verify_receipt(json.load(sys.stdin)["jws"], json.load(file)["keys"])
print(receipt["payment_id"] if receipt else "refused")
sys.exit(0 if receipt else 1)
