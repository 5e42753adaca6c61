package observatory.probe;

import java.util.Optional;

/** What a trainer knows of its step that is no tensor: loss, rates, counts and times, and the batch it was trained on. */
public record StepFacts(Scalars scalars, Optional<Batch> batch) {}
