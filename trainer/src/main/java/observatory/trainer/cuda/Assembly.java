package observatory.trainer.cuda;

import java.util.Optional;
import observatory.trainer.ModelSpec;
import observatory.trainer.Precision;
import observatory.trainer.TrainingSpec;

/** What computes a model on a device, and the memory it computes in, put together for a spec. */
record Assembly(
        Operations operations,
        Measurements measurements,
        Gemm gemm,
        Weights weights,
        StepInput input,
        StepLaunches launches) {

    /** @param owned takes over whatever has to be closed before the device */
    static Assembly on(Device device, ModelSpec spec, TrainingSpec training, CudaModel.Products products, Owned owned) {
        int sequences = Math.min(training.batching().micro(), training.batch());
        Elements format = Elements.of(training.precision());
        Parameters parameters = new Parameters(spec);
        Space space = new Space(new Footprint(spec, parameters, format).allocate(device, sequences));
        Kernels kernels = new Kernels(device, format.name());
        owned.add(kernels, kernels::close);
        Operations operations = Operations.of(kernels, Blocks.of(format));
        Weights weights = Weights.in(space, parameters, format);
        Activations activations = Activations.in(space, spec, sequences, format);
        Gemm gemm = gemm(device, training.precision(), products, owned)
                .orElseGet(() -> new OwnGemm(device, kernels, format.bytes() == Short.BYTES));
        FixedTables.Uploaded tables = new FixedTables(device, spec, format).upload();
        Network network = new Network(new NetworkContext(spec, weights, activations, operations, gemm, tables), device);
        StepInput input = new StepInput(device, spec, sequences, (training.batch() + sequences - 1) / sequences);
        return new Assembly(
                operations,
                new Measurements(device, operations),
                gemm,
                weights,
                input,
                new StepLaunches(device, operations, weights, network, input));
    }

    /** The library's, where it is wanted and installed. */
    private static Optional<Gemm> gemm(Device device, Precision precision, CudaModel.Products products, Owned owned) {
        if (products == CudaModel.Products.OWN) {
            return Optional.empty();
        }
        return CublasLt.open(device, precision).map(library -> owned.add(library, library::close));
    }
}
