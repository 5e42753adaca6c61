package observatory.cli.train;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import observatory.cli.Console;
import observatory.probe.Pack;
import observatory.probe.efficiency.Gemm;
import observatory.probe.efficiency.Gpu;
import observatory.probe.efficiency.TileWave;
import observatory.stream.wire.Manifest;
import observatory.stream.wire.Measures;
import observatory.trainer.Backend;
import observatory.trainer.Fault;
import observatory.trainer.ModelGemms;
import observatory.trainer.ModelSpec;
import observatory.trainer.Recipe;
import observatory.trainer.TrainingSpec;
import observatory.trainer.checkpoint.Checkpoint;
import observatory.trainer.checkpoint.RunCard;
import observatory.trainer.run.Checkpoints;

/**
 * A run that can begin: every option checked, against the others too, before anything is written.
 *
 * @param corpus what the corpus is called
 * @param data where it lies
 * @param checkpoints where it keeps its own
 * @param resume what it goes on from
 */
record RunPlan(
        Recipe recipe,
        String corpus,
        RunCard.Data data,
        Pack pack,
        Backend.Choice backend,
        int threads,
        Optional<Checkpoints> checkpoints,
        Optional<Checkpoint> resume) {

    ModelSpec model() {
        return recipe.model();
    }

    TrainingSpec training() {
        return recipe.training();
    }

    Fault fault() {
        return recipe.fault();
    }

    /** With checkpoints of its own. */
    RunPlan keeping(Checkpoints own) {
        return new RunPlan(recipe, corpus, data, pack, backend, threads, Optional.of(own), resume);
    }

    /** What a replay has to know of it. */
    RunCard card() {
        return RunCard.of(
                recipe,
                backend.backend().name().toLowerCase(Locale.ROOT),
                data,
                resume.map(from -> from.state().step()).orElse(0L));
    }

    /** Says where it will be trained, where that is worth a line. */
    void announce(Console console) {
        if (!backend.notice().isEmpty()) {
            console.say(backend.notice());
        }
    }

    /** What the run says of itself when it begins. */
    Map<String, String> manifest() {
        List<Manifest.Place> ranks = IntStream.range(0, training().batching().ranks())
                .mapToObj(Manifest.Place::dataParallel)
                .toList();
        return new Manifest(ranks, Measures.builtIn(), configuration()).details();
    }

    private SortedMap<String, String> configuration() {
        SortedMap<String, String> manifest = new TreeMap<>();
        manifest.put("model", model().label());
        manifest.put("parameters", Long.toString(model().parameters()));
        List<Gemm> gemms = ModelGemms.of(model(), training().batch(), model().context());
        for (Gpu gpu : List.of(Gpu.A100, Gpu.H100, Gpu.H200)) {
            manifest.put(
                    "tile_wave_efficiency_" + gpu.name().toLowerCase(Locale.ROOT),
                    String.format(Locale.ROOT, "%.3f", TileWave.efficiency(gemms, gpu)));
        }
        manifest.put("context", Integer.toString(model().context()));
        manifest.put("batch", Integer.toString(training().batch()));
        manifest.put("world", Integer.toString(training().batching().ranks()));
        manifest.put("steps", Integer.toString(training().steps()));
        manifest.put("learning_rate", Double.toString(training().learningRate()));
        manifest.put("warmup", Integer.toString(training().schedule().warmup()));
        manifest.put(
                "schedule",
                training().schedule().curve().name().toLowerCase(Locale.ROOT) + " to "
                        + training().schedule().floor());
        manifest.put("beta1", Float.toString(training().adam().beta1()));
        manifest.put("beta2", Float.toString(training().adam().beta2()));
        manifest.put("epsilon", Float.toString(training().adam().epsilon()));
        manifest.put("weight_decay", Float.toString(training().adam().weightDecay()));
        manifest.put("clip", Double.toString(training().clip()));
        manifest.put("micro_batch", Integer.toString(training().batching().micro()));
        if (!training().mixture().isEmpty()) {
            manifest.put("mixture", training().mixture().toString());
        }
        if (training().precision().scaled()) {
            manifest.put(
                    "loss_scaling",
                    training().scaling().kind().name().toLowerCase(Locale.ROOT) + " from "
                            + training().scaling().initial());
        }
        manifest.put("precision", training().precision().label());
        manifest.put("backend", backend.backend().name().toLowerCase(Locale.ROOT));
        manifest.put("seed", Long.toString(training().seed()));
        manifest.put("fault", fault().toString());
        manifest.put("probes", pack.label());
        manifest.put("corpus", corpus);
        manifest.put("corpus_tokens", Long.toString(recipe.corpus().size()));
        resume.ifPresent(
                from -> manifest.put("resumed_after", Long.toString(from.state().step())));
        return manifest;
    }
}
