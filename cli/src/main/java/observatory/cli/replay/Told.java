package observatory.cli.replay;

import observatory.trainer.Model.StepSettings;
import observatory.trainer.TrainingSpec;

/**
 * What a step was told, carried on to other steps: its constants, and its rate with what the schedule
 * does to it meanwhile.
 */
record Told(StepSettings settings, TrainingSpec schedule) {
    private static final double SAME = 1e-6;

    /** The rate another step would have been told. */
    double rate(long step) {
        double then = schedule.rate(settings.step());
        return settings.learningRate() * (then > 0 ? schedule.rate(step) / then : 1);
    }

    /** Another step's settings, with these instead. */
    StepSettings instead(StepSettings told) {
        return told.withLearningRate(rate(told.step()))
                .withClip(settings.clip())
                .with(settings.adam());
    }

    boolean same(StepSettings told) {
        double rate = rate(told.step());
        return Math.abs(told.learningRate() - rate) <= SAME * rate
                && told.adam().equals(settings.adam())
                && told.clip() == settings.clip();
    }
}
