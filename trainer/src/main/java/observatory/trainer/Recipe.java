package observatory.trainer;

/**
 * What a run is: the model, how it is trained, on what, and what is done to it on purpose. A run is a function of its
 * recipe; a counterfactual is the same recipe with one thing changed.
 */
public record Recipe(
        ModelSpec model, TrainingSpec training, Corpus corpus, Fault fault, BatchEdit edit, SettingsEdit settings) {
    public Recipe(ModelSpec model, TrainingSpec training, Corpus corpus, Fault fault) {
        this(model, training, corpus, fault, BatchEdit.NONE, SettingsEdit.NONE);
    }

    public Recipe with(TrainingSpec other) {
        return new Recipe(model, other, corpus, fault, edit, settings);
    }

    public Recipe with(Fault other) {
        return new Recipe(model, training, corpus, other, edit, settings);
    }

    public Recipe with(BatchEdit other) {
        return new Recipe(model, training, corpus, fault, other, settings);
    }

    public Recipe with(SettingsEdit other) {
        return new Recipe(model, training, corpus, fault, edit, other);
    }

    /** Draws the first batch, so that data that cannot be drawn is refused before anything begins. */
    public void check() {
        long tokens = (long) training.batch() * model.context();
        if (tokens > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a step has at most 2^31-1 tokens: batch=" + training.batch()
                    + ", context=" + model.context() + "; try --batch " + Integer.MAX_VALUE / model.context());
        }
        int start = training.batching().curriculum().start();
        if (start > model.context()) {
            throw new IllegalArgumentException("a length curriculum starts at most at the whole context: start=" + start
                    + ", context=" + model.context() + "; try a longer --context, or --curriculum with fewer tokens");
        }
        new Sampling(corpus, model, training)
                .draw(new Sampling.Draw(0, training.batch(), model.context(), training.mixture()));
    }
}
