package observatory.trainer.cuda;

/** Products by our own kernels, where no cuBLASLt is installed: slower, and the same bits on every device. */
final class OwnGemm implements Gemm {
    /** Rows, and columns, of a product that a block has. */
    static final int PLAIN_SIDE = 64;

    private static final int TENSOR_SIDE = 128;
    /** Two slices of both operands, each with its padding, as gemm_tensor.cu lays them out. */
    private static final int TENSOR_SHARED = 4 * (128 + 8) * (32 + 8) * Short.BYTES;

    private final Device device;
    private final Kernels kernels;
    private final boolean halves;

    /** @param halves whether elements have 16 bits, as tensor cores need */
    OwnGemm(Device device, Kernels kernels, boolean halves) {
        this.device = device;
        this.kernels = kernels;
        this.halves = halves;
    }

    @Override
    public void multiply(Shape shape, long a, long b, long c, boolean accumulate) {
        boolean weights = shape.kind() == Kind.WEIGHT_GRADIENT;
        if (weights && !accumulate) {
            device.clear(c, (long) shape.m() * shape.n() * Float.BYTES);
        }
        if (halves && shape.m() % 8 == 0 && shape.n() % 8 == 0 && shape.k() % 8 == 0) {
            String layout = switch (shape.kind()) {
                case FORWARD -> "nt";
                case INPUT_GRADIENT -> "nn";
                case WEIGHT_GRADIENT -> "tn_add";
            };
            kernels.launch(
                    "gemm_tensor_" + layout,
                    grid(shape, TENSOR_SIDE).sharing(TENSOR_SHARED),
                    a,
                    b,
                    c,
                    shape.m(),
                    shape.n(),
                    shape.k());
            return;
        }
        kernels.launch(
                weights ? "gemm_plain_add" : "gemm_plain",
                grid(shape, PLAIN_SIDE),
                a,
                b,
                c,
                shape.m(),
                shape.n(),
                shape.k(),
                weights ? 1 : 0,
                shape.kind() == Kind.FORWARD ? 1 : 0);
    }

    @Override
    public String label() {
        return "own kernels";
    }

    private static Kernels.Grid grid(Shape shape, int side) {
        return new Kernels.Grid((shape.n() + side - 1) / side, (shape.m() + side - 1) / side, 256, 0);
    }
}
