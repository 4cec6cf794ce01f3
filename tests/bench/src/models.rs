//! Other ways to run an embedding model over the same texts, and a model that is quick enough for a million passages.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use fastembed::{InitOptionsUserDefined, Pooling, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::Tensor;
use retrieval::embed::{Embedder, ModelCard, ModelFiles};
use serde::{Deserialize, Serialize};
use tokenizers::{Encoding, Tokenizer, TruncationParams};

use crate::Outcome;
use crate::machine::own_cpu;

/// Tokens of one run of the bare loop, padding included: as many as the product takes.
const RUN_TOKENS: usize = 4_096;

/// How a loop over texts went. Loading the model is not part of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Looped {
    /// Seconds.
    pub seconds: f64,
    /// CPU seconds of this process.
    pub cpu: f64,
    /// Tokens of the texts, without padding, each text cut where the model cuts it.
    pub tokens: u64,
}

/// Tokens of texts as a model takes them, without padding.
pub fn count_tokens(model: &Path, texts: &[String]) -> Outcome<u64> {
    let encoded = encode(&tokenizer(model)?, texts)?;
    Ok(encoded.iter().map(|encoding| encoding.len() as u64).sum())
}

/// ONNX Runtime and nothing else: cut into tokens, sorted by length, run, mean of the token vectors.
pub fn bare(library: &Path, model: &Path, threads: usize, texts: &[String]) -> Outcome<Looped> {
    let environment = ort::init_from(library)?.with_telemetry(false).build()?;
    let mut session = Session::builder(&environment)?
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|error| error.to_string())?
        .with_intra_threads(threads)
        .map_err(|error| error.to_string())?
        .commit_from_file(model.join("model.onnx"))?;
    let tokenizer = tokenizer(model)?;
    let (started, before) = (Instant::now(), own_cpu()?);
    let mut encoded = encode(&tokenizer, texts)?;
    encoded.sort_by_key(Encoding::len);
    let (mut tokens, mut vectors) = (0, Vec::with_capacity(texts.len()));
    let mut from = 0;
    while from < encoded.len() {
        let mut to = from + 1;
        while to < encoded.len() && (to + 1 - from) * encoded[to].len() <= RUN_TOKENS {
            to += 1;
        }
        let run = &encoded[from..to];
        tokens += run.iter().map(|encoding| encoding.len() as u64).sum::<u64>();
        vectors.extend(forward(&mut session, run)?);
        from = to;
    }
    if vectors.len() != texts.len() {
        return Err("the bare loop lost texts".into());
    }
    Ok(Looped {
        seconds: started.elapsed().as_secs_f64(),
        cpu: own_cpu()? - before,
        tokens,
    })
}

fn forward(session: &mut Session, run: &[Encoding]) -> Outcome<Vec<Vec<f32>>> {
    let longest = run.iter().map(Encoding::len).max().unwrap_or_default();
    let padded = |of: fn(&Encoding) -> &[u32]| -> Outcome<Tensor<i64>> {
        let rows = run.iter().flat_map(|encoding| {
            let values = of(encoding).iter().map(|value| i64::from(*value));
            values.chain(std::iter::repeat(0)).take(longest)
        });
        Ok(Tensor::from_array((
            [run.len(), longest],
            rows.collect::<Vec<i64>>(),
        ))?)
    };
    let outputs = session.run(ort::inputs![
        "input_ids" => padded(Encoding::get_ids)?,
        "attention_mask" => padded(Encoding::get_attention_mask)?,
        "token_type_ids" => padded(Encoding::get_type_ids)?,
    ])?;
    let (shape, values) = outputs["last_hidden_state"].try_extract_tensor::<f32>()?;
    let dimensions = usize::try_from(shape[2])?;
    let means = run
        .iter()
        .zip(values.chunks_exact(longest * dimensions))
        .map(|(encoding, rows)| {
            let mut mean = vec![0.0f32; dimensions];
            for row in rows.chunks_exact(dimensions).take(encoding.len()) {
                mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            mean.iter_mut().for_each(|sum| *sum /= encoding.len() as f32);
            mean
        });
    Ok(means.collect())
}

fn tokenizer(model: &Path) -> Outcome<Tokenizer> {
    let card: ModelCard = serde_json::from_slice(&std::fs::read(model.join("model.json"))?)?;
    let mut tokenizer = Tokenizer::from_file(model.join("tokenizer.json"))?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(Some(TruncationParams {
        max_length: card.max_tokens,
        ..TruncationParams::default()
    }))?;
    Ok(tokenizer)
}

fn encode(tokenizer: &Tokenizer, texts: &[String]) -> Outcome<Vec<Encoding>> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    tokenizer.encode_batch(texts, true)
}

/// `fastembed` as its first example shows it: all texts in their order, its own batches, its own number of threads.
pub fn naive(library: &Path, model: &Path, texts: &[String]) -> Outcome<Looped> {
    let card: ModelCard = serde_json::from_slice(&std::fs::read(model.join("model.json"))?)?;
    let environment = ort::init_from(library)?.with_telemetry(false).build()?;
    let file = |name: &str| std::fs::read(model.join(name));
    let files = TokenizerFiles {
        tokenizer_file: file("tokenizer.json")?,
        config_file: file("config.json")?,
        special_tokens_map_file: file("special_tokens_map.json")?,
        tokenizer_config_file: file("tokenizer_config.json")?,
    };
    let defined = UserDefinedEmbeddingModel::new(file("model.onnx")?, files).with_pooling(Pooling::Cls);
    let options = InitOptionsUserDefined::new()
        .with_environment(environment)
        .with_max_length(card.max_tokens);
    let mut embedding = TextEmbedding::try_new_from_user_defined(defined, options)?;
    let (started, before) = (Instant::now(), own_cpu()?);
    let vectors = embedding.embed(texts, None)?;
    let (seconds, cpu) = (started.elapsed().as_secs_f64(), own_cpu()? - before);
    if vectors.len() != texts.len() {
        return Err("fastembed lost texts".into());
    }
    let tokens = count_tokens(model, texts)?;
    Ok(Looped { seconds, cpu, tokens })
}

/// Writes a model that gives a text the mean of its words' vectors, some hundred times quicker than the real one. The
/// vector of a word is what the real model says of it alone, without what all words have in common and weighted by
/// rarity in `sample` (Arora, Liang, Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017). It bears
/// the real model's name, so that a library filled with it answers questions with the real one.
pub fn write_word_model(real: &ModelFiles, threads: usize, sample: &[String], out: &Path) -> Outcome<()> {
    let tokenizer = tokenizer(&real.folder)?;
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for encoding in encode(&tokenizer, sample)? {
        let ids = encoding.get_ids();
        for id in &ids[1..ids.len() - 1] {
            *counts.entry(*id).or_default() += 1;
        }
    }
    let mut known: Vec<(u32, u32)> = counts.into_iter().collect();
    known.sort_unstable();
    let words: Vec<String> = known
        .iter()
        .map(|(id, _)| {
            tokenizer
                .id_to_token(*id)
                .unwrap_or_default()
                .trim_start_matches("##")
                .to_owned()
        })
        .collect();
    let embedder = Embedder::load(real, threads)?;
    let dimensions = embedder.card().dimensions;
    let mut vectors = Vec::with_capacity(words.len());
    for words in words.chunks(512) {
        vectors.extend(embedder.embed(words)?);
    }
    let all: f32 = known.iter().map(|(_, count)| *count as f32).sum();
    let mut mean = vec![0.0f32; dimensions];
    let mut mass = 0.0;
    for ((_, count), vector) in known.iter().zip(&mut vectors) {
        let share = *count as f32 / all;
        let weight = 1e-3 / (1e-3 + share);
        vector.iter_mut().for_each(|x| *x *= weight);
        mean.iter_mut()
            .zip(vector.iter())
            .for_each(|(sum, x)| *sum += share * x);
        mass += share * weight;
    }
    mean.iter_mut().for_each(|x| *x /= mass);
    let rows = tokenizer.get_vocab_size(true);
    let mut table = vec![0.0f32; rows * dimensions];
    for ((id, count), vector) in known.iter().zip(&vectors) {
        let weight = 1e-3 / (1e-3 + *count as f32 / all);
        let row = &mut table[*id as usize * dimensions..][..dimensions];
        let centred = vector.iter().zip(&mean).map(|(x, mean)| x - weight * mean);
        row.iter_mut().zip(centred).for_each(|(cell, x)| *cell = x);
    }
    std::fs::create_dir_all(out)?;
    for name in [
        "config.json",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "model.json",
    ] {
        std::fs::copy(real.folder.join(name), out.join(name))?;
    }
    Ok(std::fs::write(
        out.join("model.onnx"),
        onnx::lookup(&table, rows, dimensions),
    )?)
}

/// As much of the ONNX format (Protocol Buffers, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) as a table
/// look-up needs.
mod onnx {
    const FLOAT: u64 = 1;
    const INT64: u64 = 7;

    /// A model with one operator, `Gather`: `last_hidden_state[b, s] = table[input_ids[b, s]]`.
    pub fn lookup(table: &[f32], rows: usize, dimensions: usize) -> Vec<u8> {
        let raw: Vec<u8> = table.iter().flat_map(|x| x.to_le_bytes()).collect();
        let tensor = [
            number(1, rows as u64),
            number(1, dimensions as u64),
            number(2, FLOAT),
            bytes(8, b"table"),
            bytes(9, &raw),
        ];
        let node = [
            bytes(1, b"table"),
            bytes(1, b"input_ids"),
            bytes(2, b"last_hidden_state"),
            bytes(4, b"Gather"),
        ];
        let two = |name: &str| value(name, INT64, &[named("batch"), named("sequence")]);
        let three = [named("batch"), named("sequence"), number(1, dimensions as u64)];
        let graph = [
            bytes(1, &node.concat()),
            bytes(2, b"words"),
            bytes(5, &tensor.concat()),
            bytes(11, &two("input_ids")),
            bytes(11, &two("attention_mask")),
            bytes(12, &value("last_hidden_state", FLOAT, &three)),
        ];
        let opset = [bytes(1, b""), number(2, 17)];
        [number(1, 8), bytes(7, &graph.concat()), bytes(8, &opset.concat())].concat()
    }

    fn value(name: &str, kind: u64, shape: &[Vec<u8>]) -> Vec<u8> {
        let shape: Vec<u8> = shape.iter().flat_map(|dimension| bytes(1, dimension)).collect();
        let tensor = [number(1, kind), bytes(2, &shape)].concat();
        [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
    }

    fn named(dimension: &str) -> Vec<u8> {
        bytes(2, dimension.as_bytes())
    }

    fn number(field: u64, value: u64) -> Vec<u8> {
        [varint(field << 3), varint(value)].concat()
    }

    fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
        [&varint(field << 3 | 2), &varint(value.len() as u64), value].concat()
    }

    fn varint(mut value: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
        out
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn numbers_are_written_as_the_protobuf_guide_shows() {
            // https://protobuf.dev/programming-guides/encoding/: field 1 = 150, field 2 = "testing"
            assert_eq!(super::number(1, 150), [0x08, 0x96, 0x01]);
            assert_eq!(super::bytes(2, b"testing"), b"\x12\x07testing");
        }
    }
}
