package observatory.analysis.detector;

import java.util.List;
import java.util.Optional;
import observatory.analysis.Finding;

/** What a detector made of a frame: what it remembers now, and what it found, usually nothing. */
public record Judgement<S extends Record>(S state, List<Finding> findings) {
    public Judgement {
        findings = List.copyOf(findings);
    }

    public static <S extends Record> Judgement<S> quiet(S state) {
        return new Judgement<>(state, List.of());
    }

    public static <S extends Record> Judgement<S> of(S state, Finding finding) {
        return new Judgement<>(state, List.of(finding));
    }

    public static <S extends Record> Judgement<S> of(S state, Optional<Finding> finding) {
        return new Judgement<>(state, finding.stream().toList());
    }
}
