package observatory.trainer.cpu;

import java.time.InstantSource;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import observatory.probe.FrameSink;
import observatory.probe.Instruments;
import observatory.probe.Origin;
import observatory.probe.RunId;
import observatory.trainer.ByteNgrams;
import observatory.trainer.Corpus;
import observatory.trainer.Fault;
import observatory.trainer.ModelSpec;
import observatory.trainer.Recipe;
import observatory.trainer.Sampling;
import observatory.trainer.Trainer;
import observatory.trainer.TrainingSpec;
import observatory.trainer.Validating;

/** How well a model has learnt: its loss on held-back bytes beside that of a byte model with back-off on the same split. */
public record Convergence(long steps, double seconds, double loss, double ngramLoss) {

    /** Trains to the last step, or until {@code stop}; losses are means over the sources, in nats per byte. */
    public static Convergence of(
            Corpus corpus,
            ModelSpec model,
            TrainingSpec training,
            int threads,
            LongSupplier nanos,
            BooleanSupplier stop) {
        long began = nanos.getAsLong();
        Instruments<Tensor> nobody = new Instruments<>(
                new Origin(new RunId("convergence"), 0, new UUID(0, 0), 0),
                new CpuReducer(),
                FrameSink.NOBODY,
                InstantSource.system(),
                nanos);
        try (Workers workers = new Workers(threads);
                CpuModel trained = new CpuModel(model, training, Fault.NONE, nobody, workers)) {
            Trainer trainer = new Trainer(new Recipe(model, training, corpus, Fault.NONE), trained, nobody, nanos);
            while (!trainer.done() && !stop.getAsBoolean()) {
                trainer.step();
            }
            double seconds = (nanos.getAsLong() - began) / 1e9;
            Sampling sampling = new Sampling(corpus, model, training);
            double loss = new Validating(sampling, training, trained)
                    .losses().values().stream()
                            .mapToDouble(each -> Arrays.stream(each).average().orElseThrow())
                            .average()
                            .orElseThrow();
            return new Convergence(trainer.state().step(), seconds, loss, ngrams(sampling, training));
        }
    }

    /** An order-3 model of the same training bytes on the same held-back sequences. */
    private static double ngrams(Sampling sampling, TrainingSpec training) {
        ByteNgrams ngrams = new ByteNgrams(3);
        for (Corpus.Source source : sampling.corpus().sources()) {
            ngrams.learn(source.tokens(), sampling.trained(source));
        }
        return sampling.corpus().sources().stream()
                .map(source -> sampling.heldBack(source, training.validation().sequences()))
                .filter(held -> held.size() > 0)
                .mapToDouble(ngrams::loss)
                .average()
                .orElseThrow();
    }
}
