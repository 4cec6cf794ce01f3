"""Compare a built model with the reference vectors; end with an error when it is too far from them.

    check.py MODEL_DIR REFERENCE_JSON

Each sentence is run alone and in one padded batch of all, because a wrong attention mask shows only there. The float
model must agree to five decimals, the int8 model by cosine: its error depends on how a processor multiplies 8-bit
numbers (at least 0.987 was measured with AVX2, the hardest case).
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

FLOAT_TOLERANCE = 1e-5
INT8_COSINE = 0.98


def main():
    folder, reference = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    manifest = json.loads((folder / "model.json").read_text())
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    tokens = [entry["tokens"] for entry in reference]
    expected = np.array([entry["vector"] for entry in reference])
    alone = np.concatenate([embed(session, [one]) for one in tokens])
    together = embed(session, tokens)
    if alone.shape != (len(tokens), manifest["dimensions"]):
        fail(manifest, f"gives {alone.shape[1]} dimensions instead of {manifest['dimensions']}")
    for way, vectors in [("alone", alone), ("in a batch", together)]:
        for entry, vector, wanted in zip(reference, vectors, expected):
            difference, cosine = np.abs(vector - wanted).max(), float(vector @ wanted)
            exact = manifest["quantization"] == "none"
            if not (difference <= FLOAT_TOLERANCE if exact else cosine >= INT8_COSINE):
                found = f"differs by {difference:.1e} (cosine {cosine:.4f})"
                fail(manifest, f"{found} from the reference for {entry['text'][:60]!r} run {way}")
    worst = min(float((vectors * expected).sum(1).min()) for vectors in [alone, together])
    print(f"{manifest['id']}: {len(tokens)} sentences checked, lowest cosine {worst:.5f}")


def embed(session, texts):
    """Normalised mean-pooled vectors of a padded batch of token lists, [texts, dimensions]."""
    longest = max(len(tokens) for tokens in texts)
    ids = np.array([tokens + [0] * (longest - len(tokens)) for tokens in texts])
    mask = np.array([[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens in texts])
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    states = session.run(["last_hidden_state"], inputs)[0]
    means = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def fail(manifest, reason):
    sys.exit(f"The model `{manifest['id']}` {reason}.")


if __name__ == "__main__":
    main()
