package observatory.trainer.run;

import observatory.probe.Instruments;
import observatory.trainer.Model;
import observatory.trainer.Trainer;

/** One data-parallel copy: its trainer, its model, and who watches it. */
public record Rank(Trainer trainer, Model model, Instruments<?> instruments) {}
