package observatory.trainer.fault;

import java.util.Comparator;
import java.util.Map;
import observatory.trainer.Corpus;
import observatory.trainer.Sampling.Draw;

/** The mixture shifts to the smallest source a sequence fits into twice over, and to nothing else. */
public final class SmallestSourceAlone implements Pathology.InDrawing {
    @Override
    public Draw instead(Draw planned, Corpus corpus, Copy copy) {
        Map<String, Double> alone = corpus.sources().stream()
                .filter(source -> source.tokens().size() > 2L * planned.context())
                .min(Comparator.comparingLong(source -> source.tokens().size()))
                .map(source -> Map.of(source.name(), 1.0))
                .orElse(planned.mixture());
        return new Draw(planned.first(), planned.sequences(), planned.context(), alone);
    }
}
