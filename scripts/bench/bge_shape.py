"""Write a model that costs what BGE-small-en-v1.5 costs, the default model of fastembed, without downloading it.

    bge_shape.py WEIGHTS_DIR OUT_DIR

BGE-small has the shape of all-MiniLM-L6-v2 (384 wide, 12 heads, 1,536 inside, the same vocabulary) but 12 layers instead
of 6, takes 512 tokens and uses the first token's vector. So each layer of all-MiniLM-L6-v2 is used twice. The vectors
mean nothing; the work is the same.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "model"))

import build  # noqa: E402
import onnx  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402


def main():
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    config = json.loads((source / "config.json").read_text())
    layers = config["num_hidden_layers"]
    weights = load_file(source / "model.safetensors")
    for name, value in list(weights.items()):
        for layer in range(layers):
            begin = f"encoder.layer.{layer}."
            if name.startswith(begin):
                weights[f"encoder.layer.{layer + layers}.{name.removeprefix(begin)}"] = value
    config["num_hidden_layers"] = 2 * layers
    out.mkdir(parents=True)
    onnx.save(build.bert(weights, config), out / "model.onnx")
    for name in build.TOKENIZER_FILES:
        (out / name).write_bytes((source / name).read_bytes())
    card = {"id": "bge-small-shape", "dimensions": config["hidden_size"], "max_tokens": 512, "pooling": "cls"}
    (out / "model.json").write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
