use super::{Bench, Show, middle};
use crate::Outcome;
use crate::figure::{Figure, Goal};
use crate::library::Indexed;
use crate::models::Looped;
use crate::part::{self, Part};

const NAME: &str = "indexing";

/// The product's embedding stage, from the moment all is found by words until all is embedded and stored, beside loops
/// that do nothing but run a model over the same texts. Runs take turns, and ratios are of medians.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let folder = bench.folder("indexing/documents")?;
    bench.author(1)?.fill(&folder, bench.size(200, 12), 800)?;
    let (model, library) = (bench.model()?, bench.onnxruntime()?);
    let texts = bench.text_file(&bench.place("indexing", &folder, None))?;
    let tokens: u64 = part::run(&Part::Tokens {
        model: model.clone(),
        texts: texts.clone(),
    })?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for turn in 0..bench.size(3, 1) {
        let place = bench.place(&format!("indexing/{turn}"), &folder, Some(model.clone()));
        ours.push(part::run::<Indexed>(&Part::Index { place })?);
        bare.push(part::run::<Looped>(&Part::Bare {
            library: library.clone(),
            model: model.clone(),
            texts: texts.clone(),
        })?);
    }
    let embedded = ours[0].embedded;
    let (all, count) = (tokens as f64, part::read_texts(&texts)?.len());
    if embedded != count as u64 {
        return Err(format!("{embedded} passages were embedded, but the loops got {count}").into());
    }
    let rate = middle(&ours, |run| all / (run.seconds - run.worded));
    let loop_rate = middle(&bare, |run| run.tokens as f64 / run.seconds);
    show(Figure::new(
        NAME,
        format!("embedding {count} passages ({tokens} tokens), the product's stage with storing"),
        format!("{rate:.0} tokens/s"),
        format!(
            "{loop_rate:.0} tokens/s: bare ONNX Runtime, same int8 model, texts and threads, sorted by length"
        ),
        (rate / loop_rate, "×"),
        Goal::AtLeast(0.9),
    ))?;
    let per_cpu = middle(&ours, |run| all / run.cpu);
    let loop_per_cpu = middle(&bare, |run| run.tokens as f64 / run.cpu);
    show(Figure::new(
        NAME,
        "the same in tokens per CPU-second",
        format!("{per_cpu:.0}"),
        format!("{loop_per_cpu:.0}: the same bare loop"),
        (per_cpu / loop_per_cpu, "×"),
        Goal::None,
    ))?;
    float(bench, show, per_cpu, &texts)?;
    naive(bench, show, rate, &texts)?;
    let worded = middle(&ours, |run| run.worded);
    let seconds = middle(&ours, |run| run.seconds);
    show(Figure::new(
        NAME,
        "a folder is found by words sooner than it is embedded",
        format!("{worded:.2} s"),
        format!("{seconds:.1} s until embedded"),
        (seconds / worded, "×"),
        Goal::AtLeast(5.0),
    ))?;
    let first = middle(&ours, |run| run.newest_first);
    show(Figure::new(
        NAME,
        "newest files first: pairs of files of which the newer was found earlier",
        format!("{:.1} %", 100.0 * first),
        "all pairs that were not found together",
        (first, "of 1"),
        Goal::AtLeast(0.97),
    ))
}

fn float(bench: &Bench, show: &mut Show<'_>, per_cpu: f64, texts: &std::path::Path) -> Outcome<()> {
    let what = "tokens per CPU-second beside a plain float32 loop";
    let Some(model) = bench.other_model("all-minilm-l6-v2-float") else {
        return show(Figure::not_run(
            NAME,
            what,
            "`scripts/setup.sh --with-float` makes the float model",
        ));
    };
    let texts = some(bench, texts, bench.size(400, 40))?;
    let library = bench.onnxruntime()?;
    let looped: Looped = part::run(&Part::Bare {
        library,
        model,
        texts,
    })?;
    let other = looped.tokens as f64 / looped.cpu;
    show(Figure::new(
        NAME,
        what,
        format!("{per_cpu:.0}"),
        format!("{other:.0}: bare ONNX Runtime, float32, some of the same texts sorted by length"),
        (per_cpu / other, "×"),
        Goal::AtLeast(2.0),
    ))
}

fn naive(bench: &Bench, show: &mut Show<'_>, rate: f64, texts: &std::path::Path) -> Outcome<()> {
    let stand_ins = [
        (
            "bge-small-shape",
            "a model of the shape of its default, BGE-small-en-v1.5 (12 layers), whose own weights need a download",
        ),
        (
            "all-minilm-l6-v2-float",
            "float32 all-MiniLM-L6-v2, half as many layers as its default model, BGE-small-en-v1.5",
        ),
    ];
    for (name, stand_in) in stand_ins {
        let what = format!("beside `fastembed` used naively, with {stand_in}");
        let Some(model) = bench.other_model(name) else {
            show(Figure::not_run(
                NAME,
                what,
                "`scripts/bench-setup.sh` makes the model",
            ))?;
            continue;
        };
        let texts = some(bench, texts, bench.size(512, 64))?;
        let library = bench.onnxruntime()?;
        let looped: Looped = part::run(&Part::Naive {
            library,
            model,
            texts,
        })?;
        let other = looped.tokens as f64 / looped.seconds;
        let goal = if name == stand_ins[0].0 {
            Goal::AtLeast(3.5)
        } else {
            Goal::None
        };
        show(Figure::new(
            NAME,
            what,
            format!("{rate:.0} tokens/s"),
            format!("{other:.0} tokens/s, in document order, batches of 256"),
            (rate / other, "×"),
            goal,
        ))?;
    }
    Ok(())
}

/// A file of texts taken at equal distances, in their order.
fn some(bench: &Bench, texts: &std::path::Path, many: usize) -> Outcome<std::path::PathBuf> {
    let all = part::read_texts(texts)?;
    let step = (all.len() / many).max(1);
    let taken: Vec<String> = all.into_iter().step_by(step).take(many).collect();
    let out = bench.work.join(format!("indexing/some-{many}.jsonl"));
    part::write_texts(&out, &taken)?;
    Ok(out)
}
