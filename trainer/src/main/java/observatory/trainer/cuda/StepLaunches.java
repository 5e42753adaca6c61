package observatory.trainer.cuda;

import observatory.probe.Hook;
import observatory.trainer.cuda.OptimizerKernels.Control;
import observatory.trainer.cuda.Program.Key;
import observatory.trainer.cuda.Program.PassShape;

/** A whole step as launches, from tokens to updated weights and everything measured; or a forward pass alone. */
final class StepLaunches {
    private final Device device;
    private final Operations operations;
    private final Weights weights;
    private final Network network;
    private final StepInput input;
    private final GradientRows gradientRows;

    StepLaunches(Device device, Operations operations, Weights weights, Network network, StepInput input) {
        this.device = device;
        this.operations = operations;
        this.weights = weights;
        this.network = network;
        this.input = input;
        this.gradientRows = new GradientRows(device, operations, weights);
    }

    void enqueue(Key key, Observation observation, Results r) {
        HookLines lines = new HookLines(observation, operations, key.faults());
        if (!key.due().nothing()) {
            // Counters begin at zero.
            device.clear(r.address(), r.capacity());
        }
        int done = 0;
        for (int i = 0; i < key.passes().size(); i++) {
            PassShape shape = key.passes().get(i);
            Measurements.Scale own =
                    new Measurements.Scale(input.orders(), (float) key.sequences() / shape.sequences());
            Pass pass = new Pass(shape.sequences(), shape.context(), input.packet(i), observation, lines, own);
            network.forward(pass, input.orders(), r.address() + r.lossOf(done));
            if (!key.training()) {
                return;
            }
            network.backward(pass, i > 0);
            done += shape.sequences();
            if (i == 0 && key.passes().size() > 1) {
                gradientRows.summarise(input.orders(), r.address() + r.firstPassRow(0));
            }
        }
        optimise(observation, r);
    }

    private void optimise(Observation observation, Results r) {
        Parameters parameters = weights.parameters();
        ParameterObservation observed = new ParameterObservation(observation, operations.reductions(), weights);
        Control control = new Control(input.orders(), r.decision());
        long rows = r.address() + r.gradientRow(0);
        gradientRows.summarise(control.orders(), rows);
        operations.optimizer().decide(rows, parameters.all().size(), control.orders(), control.decision());
        observed.gradients(control.orders());
        ParameterObservation.Updates updates = observed.beforeUpdate();
        operations
                .optimizer()
                .adamw(
                        weights.arrays(),
                        weights.chunks(),
                        parameters.chunks().size(),
                        control,
                        updates.updates().address(),
                        updates.values().address());
        observed.adamRatios(Hook.NORMALISED_GRADIENT, 0, control);
        observed.adamRatios(Hook.ADAM_DIRECTION, 1, control);
        observed.adamRatios(Hook.SECOND_MOMENT, 2, control);
        observed.updates(updates);
        observed.values();
    }
}
