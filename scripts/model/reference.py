"""Write reference.json: what all-MiniLM-L6-v2 says about a few sentences, computed without ONNX.

    pip install numpy safetensors tokenizers
    reference.py WEIGHTS_DIR > reference.json

This is BERT (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) in plain numpy, 64 bits wide, followed by the mean
over all tokens and normalisation to length 1. It shares no code with build.py, so the two check each other. Run it only
to add sentences; setup reads the file as it is.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

SENTENCES = [
    "How do I reset my password?",
    "To reset a password, open Settings and choose Security.",
    "The quarterly revenue grew 12% year over year.",
    "price list",
    "Q3_2024 AMR-40X",
    "Die Kündigungsfrist beträgt drei Monate zum Quartalsende.",
    "Le délai de préavis est de trois mois, à compter de la réception de la lettre recommandée.",
    "Net sales of the segment were $4,213 million, up 7% compared with fiscal 2022, driven by higher volumes in Asia and "
    "favourable currency translation; operating margin fell to 11.2%.",
    "Availability is measured per calendar month. If it falls below 99.5 %, the customer receives a credit of 5 % of the "
    "monthly fee for each full half per cent, at most 25 %. The credit is the only remedy for missed availability, and it "
    "has to be claimed within 30 days after the end of the month concerned. Planned maintenance announced at least five "
    "working days ahead, faults in the customer's own network, and use outside the operating conditions named in annex C "
    "do not count as unavailability.",
    "The Supplier shall, within thirty (30) days of receipt of a written notice, replace or repair any defective unit at "
    "its own cost. " * 12,
]


def main():
    folder = Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    max_tokens = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    weights = {name: array.astype(np.float64) for name, array in load_file(folder / "model.safetensors").items()}
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    entries = []
    for text in SENTENCES:
        tokens = tokenizer.encode(text).ids
        vector = embed(tokens, weights, config)
        entries.append({"text": text, "tokens": tokens, "vector": [float(f"{value:.8f}") for value in vector]})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    print(f"[\n{lines}\n]")


def embed(tokens, weights, config):
    """The normalised mean of the last hidden states of one text."""
    heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def layer_norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def split(x):
        return x.reshape(len(x), heads, -1).transpose(1, 0, 2)

    x = weights["embeddings.word_embeddings.weight"][tokens]
    x = x + weights["embeddings.position_embeddings.weight"][: len(tokens)]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        query, key, value = (split(linear(x, f"{at}.attention.self.{part}")) for part in ["query", "key", "value"])
        attention = softmax(query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])) @ value
        joined = attention.transpose(1, 0, 2).reshape(len(x), -1)
        x = layer_norm(x + linear(joined, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        wide = gelu(linear(x, f"{at}.intermediate.dense"))
        x = layer_norm(x + linear(wide, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def softmax(x):
    exponentials = np.exp(x - x.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def gelu(x):
    return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2


if __name__ == "__main__":
    main()
