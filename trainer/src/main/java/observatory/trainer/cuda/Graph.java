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
     * Records what is enqueued, which does not run yet. Allocating meanwhile is allowed: no other
     * thread uses the device.
     */
    static Graph record(Device device, Runnable enqueue) {
        check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(device.stream(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED));
        CUgraph recorded = new CUgraph();
        try {
            enqueue.run();
        } finally {
            check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(device.stream(), recorded));
        }
        Graph graph = new Graph(device);
        check("cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(graph.executable, recorded, 0));
        check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(recorded));
        return graph;
    }

    void launch() {
        check("cuGraphLaunch", JCudaDriver.cuGraphLaunch(executable, device.stream()));
    }

    @Override
    public void close() {
        check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(executable));
    }
}
