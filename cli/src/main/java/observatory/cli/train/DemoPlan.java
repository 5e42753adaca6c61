package observatory.cli.train;

import java.util.Optional;
import observatory.cli.Failure;
import observatory.trainer.Backend;
import observatory.trainer.Corpus;
import observatory.trainer.CorpusFiles;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.Recipe;
import observatory.trainer.Tokenizer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.RunCard;

/** What the options of a demo come to. */
final class DemoPlan {
    private static final int BYTES = 256;
    private static final double CLIP = 1;
    private static final int WARMUP = 30;

    private DemoPlan() {}

    static RunPlan of(DemoOptions options) {
        ModelSpec model =
                new ModelSpec(options.layers, options.heads, options.width, options.context, BYTES, options.norm);
        if (options.steps < 1) {
            throw Failure.usage("steps must be at least 1: steps=" + options.steps + "; try --steps 300");
        }
        Fault fault = fault(options);
        TrainingSpec training = new TrainingSpec(
                options.steps,
                options.batch,
                options.learningRate,
                Math.min(WARMUP, options.steps / 4),
                CLIP,
                precision(options, fault),
                options.seed);
        int threads = options.threads == null ? Runtime.getRuntime().availableProcessors() : options.threads;
        if (threads < 1) {
            throw Failure.usage("threads must be at least 1: threads=" + threads);
        }
        String corpusName = options.corpus == null
                ? CorpusFiles.BUNDLED
                : options.corpus.toAbsolutePath().normalize().toString();
        Recipe recipe = new Recipe(model, training, corpus(options, model), fault);
        Backend.Choice backend = Backend.Choice.of(options.backend, model, training);
        return new RunPlan(
                recipe,
                corpusName,
                data(options),
                options.probes,
                backend,
                threads,
                Optional.empty(),
                Optional.empty());
    }

    private static RunCard.Data data(DemoOptions options) {
        return options.corpus == null
                ? RunCard.Data.BUNDLED
                : new RunCard.Data(options.corpus.toAbsolutePath().normalize().toString(), "", "");
    }

    private static Fault fault(DemoOptions options) {
        Fault fault = options.fault == null
                ? new Fault(Fault.Kind.BAD_BATCH, Math.max(1, options.steps * 5L / 8))
                : Fault.parse(options.fault);
        TrainPlan.checkWithin(fault, options.steps);
        return fault;
    }

    private static Precision precision(DemoOptions options, Fault fault) {
        boolean needsHalf = fault.kind().needsHalf();
        if (options.precision == null) {
            return needsHalf ? Precision.FP16 : Precision.FP32;
        }
        if (needsHalf && options.precision != Precision.FP16) {
            throw Failure.usage(fault.kind().label() + " breaks fp16 runs: precision=" + options.precision.label()
                    + "; try --precision fp16, or leave it out");
        }
        return options.precision;
    }

    private static Corpus corpus(DemoOptions options, ModelSpec model) {
        Corpus corpus = TrainPlan.corpus(options.corpus, Tokenizer.BYTES);
        long needed = (long) options.batch * model.context() + 1;
        if (corpus.size() < needed) {
            throw Failure.usage(
                    "the corpus is smaller than one batch: corpus=" + corpus.size() + " bytes, batch=" + options.batch
                            + " x " + model.context() + " bytes; give more text, or a smaller --batch or --context");
        }
        return corpus;
    }
}
