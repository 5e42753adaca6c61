package observatory.trainer.cuda;

import static observatory.trainer.cuda.CudaFailure.check;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/** Work that was recorded once and is launched as a whole, so that a step costs the host one call and not hundreds. */
final class Graph implements AutoCloseable {
    private final Device device;
    private final CUgraphExec executable = new CUgraphExec();

    private Graph(Device device) {
        this.device = device;
    }

    /**
     * Records what is enqueued, which does not run yet. In the relaxed mode allocating is allowed meanwhile, here and
     * on the thread that fetches copies.
     */
    static Graph record(Device device, Runnable enqueue) {
        check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(device.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        CUgraph recorded = new CUgraph();
        try {
            enqueue.run();
        } catch (RuntimeException | Error e) {
            // Half a recording is of no use, and the driver may say so; what failed first is what is told.
            JCudaDriver.cuStreamEndCapture(device.stream(), recorded);
            throw e;
        }
        check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(device.stream(), recorded));
        Graph graph = new Graph(device);
        int code = JCudaDriver.cuGraphInstantiate(graph.executable, recorded, 0);
        JCudaDriver.cuGraphDestroy(recorded);
        check("cuGraphInstantiate", code);
        return graph;
    }

    void launch() {
        check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(executable, device.stream()));
    }

    /** A device that is lost cannot, and says so with the next call that matters. */
    @Override
    public void close() {
        JCudaDriver.cuGraphExecDestroy(executable);
    }
}
