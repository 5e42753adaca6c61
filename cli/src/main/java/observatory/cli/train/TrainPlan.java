package observatory.cli.train;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import observatory.cli.ExitCode;
import observatory.cli.Failure;
import observatory.cli.Readable;
import observatory.trainer.Adam;
import observatory.trainer.Backend;
import observatory.trainer.Batching;
import observatory.trainer.BpeTokenizer;
import observatory.trainer.Corpus;
import observatory.trainer.CorpusFiles;
import observatory.trainer.Fault;
import observatory.trainer.LossScaling;
import observatory.trainer.MemoryNeed;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Schedule;
import observatory.trainer.Tokenizer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.Validation;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.CheckpointException;
import observatory.trainer.checkpoint.CheckpointRing;
import observatory.trainer.checkpoint.RunCard;
import observatory.trainer.run.Checkpoints;

/** What the options of {@code train} come to. */
final class TrainPlan {
    private static final int WARMUP = 30;

    private TrainPlan() {}

    /** @param checkpoints the folder the run's own checkpoints go to; empty for a run that keeps none */
    static RunPlan of(TrainOptions options, Optional<Path> checkpoints) {
        int threads = options.run.threads == null ? Runtime.getRuntime().availableProcessors() : options.run.threads;
        if (threads < 1) {
            throw Failure.usage("threads must be at least 1: threads=" + threads);
        }
        if (options.loop.steps < 1) {
            throw Failure.usage("steps must be at least 1: steps=" + options.loop.steps + "; try --steps 300");
        }
        try {
            Tokenizer tokenizer = tokenizer(options.data);
            Corpus corpus = corpus(options.data.corpus, tokenizer);
            int vocabulary = options.data.vocabulary == null ? tokenizer.vocabulary() : options.data.vocabulary;
            Fault fault = options.loop.fault == null ? Fault.NONE : Fault.parse(options.loop.fault);
            checkWithin(fault, options.loop.steps);
            Recipe recipe = new Recipe(model(options.model, vocabulary), training(options, fault), corpus, fault);
            Backend.Choice backend = Backend.Choice.of(options.run.backend, recipe.model(), recipe.training());
            if (backend.backend() == Backend.CPU) {
                checkRoom(recipe);
            }
            // Drawn once before anything is written: what cannot be drawn is refused now.
            recipe.check();
            Optional<Checkpoint> resume =
                    options.run.resume == null ? Optional.empty() : Optional.of(checkpoint(options.run.resume));
            if (resume.isPresent()) {
                resume.get().check(recipe);
                checkLeft(resume.get(), options.loop.steps);
                resume.get().checkTensors();
            }
            Optional<Checkpoints> own = checkpoints.map(folder ->
                    new Checkpoints(new CheckpointRing(folder, options.run.keep), options.run.checkpointEvery));
            String name = options.data.corpus == null
                    ? CorpusFiles.BUNDLED
                    : options.data.corpus.toAbsolutePath().normalize().toString();
            return new RunPlan(recipe, name, data(options.data), options.run.probes, backend, threads, own, resume);
        } catch (CheckpointException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        } catch (IOException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, "cannot read " + e.getMessage(), e);
        }
    }

    /** @param given a file or a folder; the text that comes with the program where it is null */
    static Corpus corpus(Path given, Tokenizer tokenizer) {
        if (given == null) {
            return CorpusFiles.bundled();
        }
        Readable.INPUT.check("corpus", given);
        try {
            return CorpusFiles.read(given, tokenizer);
        } catch (IOException e) {
            throw Readable.INPUT.failed("corpus", given, e);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
    }

    /** Refuses a fault that the run never comes to. */
    static void checkWithin(Fault fault, int steps) {
        if (fault.kind() != Fault.Kind.NONE && fault.step() > steps) {
            throw Failure.usage("the fault begins after the last step: fault=" + fault + ", steps=" + steps + "; try "
                    + fault.kind().label() + "@" + Math.max(1, steps * 5 / 8));
        }
    }

    private static void checkLeft(Checkpoint from, int steps) {
        long done = from.state().step();
        if (done >= steps) {
            throw Failure.usage("the checkpoint has done all of it: step=" + done + ", steps=" + steps
                    + "; say how far to go with --steps, as in --steps " + 2 * done);
        }
    }

    /** Refuses what this machine cannot hold. */
    private static void checkRoom(Recipe recipe) {
        Batching batching = recipe.training().batching();
        double needed = MemoryNeed.bytes(recipe.model(), recipe.training());
        double there = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        if (needed > there) {
            throw Failure.usage(String.format(
                    Locale.ROOT,
                    "the run takes about %.1f GB, and this machine has %.1f GB: parameters=%d, ranks=%d, micro-batch=%d x"
                            + " %d tokens; try fewer --layers, a smaller --width, or fewer sequences at once with"
                            + " --micro-batch",
                    needed / 1e9,
                    there / 1e9,
                    recipe.model().parameters(),
                    batching.ranks(),
                    Math.min(batching.micro(), batching.sequences() / batching.ranks()),
                    recipe.model().context()));
        }
    }

    private static RunCard.Data data(TrainOptions.Data data) {
        return new RunCard.Data(name(data.corpus), name(data.vocab), name(data.merges));
    }

    private static String name(Path file) {
        return file == null ? "" : file.toAbsolutePath().normalize().toString();
    }

    private static Tokenizer tokenizer(TrainOptions.Data data) throws IOException {
        if (data.vocab == null && data.merges == null) {
            return Tokenizer.BYTES;
        }
        if (data.vocab == null || data.merges == null) {
            throw Failure.usage("a BPE needs both its files: --vocab vocab.json --merges merges.txt");
        }
        Readable.INPUT.checkFile("vocabulary", data.vocab);
        Readable.INPUT.checkFile("list of merges", data.merges);
        try {
            return BpeTokenizer.read(data.vocab, data.merges);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.CORRUPT_INPUT, e.getMessage(), e);
        }
    }

    private static ModelSpec model(TrainOptions.Model model, int vocabulary) {
        return new ModelSpec(
                model.layers,
                model.heads,
                model.width,
                model.context,
                vocabulary,
                model.norm,
                model.position,
                model.activation,
                model.objective,
                model.tied,
                model.qkNorm,
                model.zLoss);
    }

    private static TrainingSpec training(TrainOptions options, Fault fault) {
        TrainOptions.Loop loop = options.loop;
        int warmup = loop.warmup == null ? Math.min(WARMUP, loop.steps / 4) : loop.warmup;
        Batching batching = new Batching(
                loop.batch,
                loop.micro == null ? Math.max(1, loop.batch) : loop.micro,
                loop.ranks,
                ramp(loop.ramp),
                curriculum(loop.curriculum));
        return new TrainingSpec(
                loop.steps,
                batching,
                new Schedule(loop.learningRate, warmup, loop.curve, loop.floor),
                new Adam(loop.beta1, loop.beta2, loop.epsilon, loop.weightDecay),
                loop.clip,
                precision(loop, fault),
                scaling(loop, precision(loop, fault)),
                options.data.mixture,
                options.data.every == 0
                        ? new Validation(options.data.share, 0, 0)
                        : new Validation(options.data.share, options.data.every, options.data.sequences),
                loop.seed);
    }

    private static Precision precision(TrainOptions.Loop loop, Fault fault) {
        boolean needsHalf = fault.kind().needsHalf();
        if (loop.precision == null) {
            return needsHalf ? Precision.FP16 : Precision.FP32;
        }
        if (needsHalf && loop.precision != Precision.FP16) {
            throw Failure.usage(fault.kind().label() + " breaks fp16 runs: precision=" + loop.precision.label()
                    + "; try --precision fp16, or leave it out");
        }
        return loop.precision;
    }

    private static LossScaling scaling(TrainOptions.Loop loop, Precision precision) {
        if (!precision.scaled() && (loop.lossScale != null || loop.scaleWindow != null)) {
            throw Failure.usage("only fp16 scales the loss: precision=" + precision.label()
                    + "; try --precision fp16, or leave out --loss-scale and --scale-window");
        }
        LossScaling scaling = LossScaling.of(loop.scaler);
        scaling = loop.lossScale == null ? scaling : scaling.withInitial(loop.lossScale);
        return loop.scaleWindow == null ? scaling : scaling.withWindow(loop.scaleWindow);
    }

    private static Batching.Ramp ramp(String text) {
        if (text == null) {
            return Batching.Ramp.NONE;
        }
        boolean tokens = text.endsWith("t");
        long[] numbers = pair("--ramp", tokens ? text.substring(0, text.length() - 1) : text);
        return new Batching.Ramp(
                Math.toIntExact(numbers[0]), numbers[1], tokens ? Batching.Ramp.Unit.TOKENS : Batching.Ramp.Unit.STEPS);
    }

    private static Batching.Curriculum curriculum(String text) {
        if (text == null) {
            return Batching.Curriculum.NONE;
        }
        long[] numbers = pair("--curriculum", text);
        return new Batching.Curriculum(Math.toIntExact(numbers[0]), numbers[1]);
    }

    private static long[] pair(String option, String text) {
        try {
            String[] parts = text.split(":");
            if (parts.length == 2) {
                return new long[] {Integer.parseInt(parts[0]), Long.parseLong(parts[1])};
            }
        } catch (NumberFormatException e) {
            // Said below, as for one number or three.
        }
        throw Failure.usage(option + " is two numbers with a colon: " + text + "; try " + option + " 16:100");
    }

    private static Checkpoint checkpoint(Path folder) throws IOException {
        Optional<Checkpoint> latest = new CheckpointRing(folder, 1).latest();
        return latest.isPresent() ? latest.get() : Checkpoint.open(folder);
    }
}
