package observatory.trainer;

import observatory.trainer.Model.StepSettings;

/**
 * What a counterfactual tells a step instead of what was planned: rate, clip, optimiser constants, loss scale. Pure.
 */
@FunctionalInterface
public interface SettingsEdit {
    SettingsEdit NONE = planned -> planned;

    StepSettings edit(StepSettings planned);

    /** This edit, then another. */
    default SettingsEdit then(SettingsEdit next) {
        return planned -> next.edit(edit(planned));
    }
}
