// A CUDA driver library without a device: memory is host memory, kernels are the emulated ones, streams are queues.
//
// Nothing runs when it is enqueued. Operations run when somebody waits, in an order drawn from a seed and bound only by
// the streams' own order and by events, so that a wait that is missing shows. Fresh memory holds NaN. A graph is the list
// of the operations captured. Every call can be made to fail, and memory can be made short.
#include "launch.h"

#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <tuple>
#include <vector>

namespace {
using Operation = std::function<void()>;
/** Dynamic shared memory of a block, beside what it publishes summaries through: of a kernel that asked for none, and at most. */
constexpr unsigned FREELY_SHARED = (48 << 10) - 1280, MOST_SHARED = (99 << 10) - 1280;
constexpr int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
constexpr int OUT_OF_MEMORY = 2, INVALID_VALUE = 1, NOT_FOUND = 500, NOT_READY = 600, INVALID_IMAGE = 200, ERROR_LOG = 5;

struct Event {
    long recorded = 0, reached = 0;
};
struct Step {
    Operation run;
    Event* waitsFor = nullptr;
    long count = 0;
};
struct Graph {
    std::vector<Operation> operations;
};
struct Stream {
    std::deque<Step> queue;
    Graph* capture = nullptr;
};
struct Function {
    std::string name; // "bf16/norm_forward"
    const emulation::Caller* caller;
    unsigned mostShared; // bytes of dynamic shared memory
};
struct Module {
    std::string format;
    std::map<std::string, Function> functions;
};

// Calls come from any thread, and run one after another.
using Alone = std::lock_guard<std::recursive_mutex>;
std::recursive_mutex one;

std::vector<Stream*> streams;
std::map<unsigned long long, std::size_t> allocated;
std::size_t memory = std::size_t(1) << 30, used = 0;
std::mt19937_64 order;
bool shuffled = false;
long version = 13000, devices = 1;
int capability = 80;

struct Failure {
    int after = 0, code = 0;
};
std::map<std::string, Failure> failures;
std::map<std::string, long> calls;

// A device that is lost stays lost: every call fails, and what was enqueued never runs.
int lost = 0;

bool loses(int code) { return code == 214 || code == 700 || (code >= 714 && code <= 719); }

int failed(const char* name) {
    calls[name]++;
    if (lost != 0) return lost;
    const auto failure = failures.find(name);
    const int code = failure == failures.end() || failure->second.after-- > 0 ? 0 : failure->second.code;
    if (loses(code)) {
        lost = code;
        for (Stream* stream : streams) stream->queue.clear();
    }
    return code;
}

bool runOne() {
    std::vector<Stream*> ready;
    for (Stream* stream : streams) {
        if (!stream->queue.empty() &&
            (stream->queue.front().waitsFor == nullptr || stream->queue.front().waitsFor->reached >= stream->queue.front().count)) {
            ready.push_back(stream);
        }
    }
    if (ready.empty()) return false;
    Stream* stream = ready[shuffled ? order() % ready.size() : 0];
    Step step = std::move(stream->queue.front());
    stream->queue.pop_front();
    if (step.run) step.run();
    return true;
}

void enqueue(Stream* stream, Operation operation) {
    if (lost != 0) return;
    if (stream->capture != nullptr) {
        stream->capture->operations.push_back(std::move(operation));
    } else {
        stream->queue.push_back({std::move(operation)});
    }
}

void drain() {
    while (runOne()) {}
}
} // namespace

std::map<std::string, emulation::Caller>& emulation::registry() {
    static std::map<std::string, emulation::Caller> kernels;
    return kernels;
}

bool emulation::allocated(std::uint64_t address, std::size_t size) {
    auto after = ::allocated.upper_bound(address);
    return after != ::allocated.begin() && address + size <= std::prev(after)->first + std::prev(after)->second;
}

#define CALL(name)                                  \
    if (const int code = failed(#name)) return code

extern "C" {
// For tests.
void emulationReset() {
    failures.clear();
    lost = 0;
    calls.clear();
    memory = std::size_t(1) << 30;
    shuffled = false;
    capability = 80;
    version = 13000;
    devices = 1;
    emulation::shuffleOrder(0);
}
void emulationFail(const char* call, int after, int code) { failures[call] = {after, code}; }
long emulationCalls(const char* call) { return calls[call]; }
void emulationMemory(long bytes) { memory = bytes; }
void emulationDevice(int devices_, int capability_, int version_) {
    devices = devices_;
    capability = capability_;
    version = version_;
}
void emulationShuffle(long seed) {
    shuffled = seed != 0;
    order.seed(seed);
    emulation::shuffleOrder(seed);
}
long emulationAllocated() { return static_cast<long>(used); }

// The driver.
int cuInit(unsigned) {
    const Alone alone(one);
    CALL(cuInit);
    return 0;
}
int cuDriverGetVersion(int* v) {
    const Alone alone(one);
    *v = static_cast<int>(version);
    return 0;
}
int cuDeviceGetCount(int* count) {
    const Alone alone(one);
    CALL(cuDeviceGetCount);
    *count = static_cast<int>(devices);
    return 0;
}
int cuDeviceGet(int* device, int ordinal) {
    const Alone alone(one);
    *device = ordinal;
    return 0;
}
int cuDeviceGetName(char* name, int size, int) {
    const Alone alone(one);
    std::snprintf(name, size, "host emulation");
    return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
    const Alone alone(one);
    *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : attribute == 16 ? 4 : attribute == 97 ? 167936 : 0;
    return 0;
}
int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
    const Alone alone(one);
    *bytes = memory;
    return 0;
}
int cuMemGetInfo_v2(std::size_t* left, std::size_t* all) {
    const Alone alone(one);
    *left = memory - used;
    *all = memory;
    return 0;
}
int cuDevicePrimaryCtxRetain(void** context, int) {
    const Alone alone(one);
    CALL(cuDevicePrimaryCtxRetain);
    static int only;
    *context = &only;
    return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
    const Alone alone(one);
    return failed("cuDevicePrimaryCtxRelease");
}
int cuCtxSetCurrent(void*) { return 0; }
int cuCtxSynchronize() {
    const Alone alone(one);
    CALL(cuCtxSynchronize);
    drain();
    return 0;
}
int cuModuleLoadDataEx(Module** module, const char* image, unsigned count, int* options, void** values) {
    const Alone alone(one);
    if (const int code = failed("cuModuleLoadDataEx")) {
        for (unsigned i = 0; i < count; i++) {
            if (options[i] == ERROR_LOG) std::strcpy(static_cast<char*>(values[i]), "ptxas application ptx input, line 1; emulated");
        }
        return code;
    }
    const char* element = std::strstr(image, "// element: ");
    if (element == nullptr) return INVALID_IMAGE;
    const char* from = element + 12;
    *module = new Module{std::string(from, std::strcspn(from, " \r\n")), {}};
    return 0;
}
int cuModuleUnload(Module* module) {
    const Alone alone(one);
    delete module;
    return 0;
}
int cuModuleGetFunction(Function** function, Module* module, const char* name) {
    const Alone alone(one);
    CALL(cuModuleGetFunction);
    const auto found = emulation::registry().find(module->format + "/" + name);
    if (found == emulation::registry().end()) return NOT_FOUND;
    *function = &(module->functions[name] = {found->first, &found->second, FREELY_SHARED});
    return 0;
}
int cuFuncSetAttribute(Function* function, int attribute, int value) {
    const Alone alone(one);
    if (attribute != MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0 || unsigned(value) > MOST_SHARED) return INVALID_VALUE;
    function->mostShared = value;
    return 0;
}
int cuMemAlloc_v2(unsigned long long* address, std::size_t bytes) {
    const Alone alone(one);
    CALL(cuMemAlloc);
    if (used + bytes > memory) return OUT_OF_MEMORY;
    void* host = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    std::memset(host, 0xff, (bytes + 255) / 256 * 256);
    *address = reinterpret_cast<unsigned long long>(host);
    allocated[*address] = bytes;
    used += bytes;
    return 0;
}
int cuMemFree_v2(unsigned long long address) {
    const Alone alone(one);
    const auto found = allocated.find(address);
    if (found == allocated.end()) return INVALID_VALUE;
    drain();
    used -= found->second;
    allocated.erase(found);
    std::free(reinterpret_cast<void*>(address));
    return 0;
}
int cuMemHostAlloc(void** host, std::size_t bytes, unsigned) {
    const Alone alone(one);
    CALL(cuMemHostAlloc);
    *host = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    return 0;
}
int cuMemFreeHost(void* host) {
    const Alone alone(one);
    std::free(host);
    return 0;
}
int cuMemcpyHtoD_v2(unsigned long long to, const void* from, std::size_t bytes) {
    const Alone alone(one);
    CALL(cuMemcpyHtoD);
    if (!emulation::allocated(to, bytes)) return INVALID_VALUE;
    std::memcpy(reinterpret_cast<void*>(to), from, bytes);
    return 0;
}
int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* from, std::size_t bytes, Stream* stream) {
    const Alone alone(one);
    CALL(cuMemcpyHtoDAsync);
    if (!emulation::allocated(to, bytes)) return INVALID_VALUE;
    enqueue(stream, [=] { std::memcpy(reinterpret_cast<void*>(to), from, bytes); });
    return 0;
}
int cuMemcpyDtoHAsync_v2(void* to, unsigned long long from, std::size_t bytes, Stream* stream) {
    const Alone alone(one);
    CALL(cuMemcpyDtoHAsync);
    if (!emulation::allocated(from, bytes)) return INVALID_VALUE;
    enqueue(stream, [=] { std::memcpy(to, reinterpret_cast<const void*>(from), bytes); });
    return 0;
}
int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, std::size_t bytes, Stream* stream) {
    const Alone alone(one);
    CALL(cuMemcpyDtoDAsync);
    if (!emulation::allocated(to, bytes) || !emulation::allocated(from, bytes)) return INVALID_VALUE;
    enqueue(stream, [=] { std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes); });
    return 0;
}
int cuMemsetD8Async(unsigned long long to, unsigned char value, std::size_t bytes, Stream* stream) {
    const Alone alone(one);
    CALL(cuMemsetD8Async);
    if (!emulation::allocated(to, bytes)) return INVALID_VALUE;
    enqueue(stream, [=] { std::memset(reinterpret_cast<void*>(to), value, bytes); });
    return 0;
}
int cuStreamCreate(Stream** stream, unsigned) {
    const Alone alone(one);
    CALL(cuStreamCreate);
    streams.push_back(*stream = new Stream);
    return 0;
}
int cuStreamDestroy_v2(Stream* stream) {
    const Alone alone(one);
    const auto found = std::find(streams.begin(), streams.end(), stream);
    if (found == streams.end()) return 400;
    drain();
    streams.erase(found);
    delete stream;
    return 0;
}
int cuStreamSynchronize(Stream* stream) {
    const Alone alone(one);
    CALL(cuStreamSynchronize);
    while (!stream->queue.empty() && runOne()) {}
    return stream->queue.empty() ? 0 : NOT_READY;
}
int cuStreamWaitEvent(Stream* stream, Event* event, unsigned) {
    const Alone alone(one);
    CALL(cuStreamWaitEvent);
    stream->queue.push_back({nullptr, event, event->recorded});
    return 0;
}
int cuEventCreate(Event** event, unsigned) {
    const Alone alone(one);
    *event = new Event;
    return 0;
}
int cuEventDestroy_v2(Event* event) {
    const Alone alone(one);
    drain();
    delete event;
    return 0;
}
int cuEventRecord(Event* event, Stream* stream) {
    const Alone alone(one);
    CALL(cuEventRecord);
    const long count = ++event->recorded;
    stream->queue.push_back({[=] { event->reached = count; }});
    return 0;
}
int cuEventQuery(Event* event) {
    const Alone alone(one);
    CALL(cuEventQuery);
    if (event->reached < event->recorded) runOne();
    return event->reached < event->recorded ? NOT_READY : 0;
}
int cuEventSynchronize(Event* event) {
    const Alone alone(one);
    CALL(cuEventSynchronize);
    while (event->reached < event->recorded && runOne()) {}
    return event->reached < event->recorded ? NOT_READY : 0;
}
int cuEventElapsedTime(float* millis, Event*, Event*) {
    const Alone alone(one);
    *millis = 1;
    return 0;
}
int cuEventElapsedTime_v2(float* millis, Event*, Event*) {
    const Alone alone(one);
    *millis = 1;
    return 0;
}
int cuLaunchKernel(Function* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, Stream* stream, void** arguments, void**) {
    const Alone alone(one);
    CALL(cuLaunchKernel);
    calls[function->name]++;
    if (gx == 0 || gy == 0 || gz == 0 || gy > 65535 || gz > 65535 || bx * by * bz > 1024 || shared > function->mostShared) {
        return INVALID_VALUE;
    }
    std::function<void()> body = (*function->caller)(arguments);
    enqueue(stream, [=] {
        emulation::launch(function->name.c_str(), body, {gx, gy, gz}, {bx, by, bz}, shared);
    });
    return 0;
}
int cuStreamBeginCapture_v2(Stream* stream, int) {
    const Alone alone(one);
    stream->capture = new Graph;
    return 0;
}
int cuStreamEndCapture(Stream* stream, Graph** graph) {
    const Alone alone(one);
    *graph = stream->capture;
    stream->capture = nullptr;
    return 0;
}
int cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long) {
    const Alone alone(one);
    CALL(cuGraphInstantiate);
    *executable = new Graph(*graph);
    return 0;
}
int cuGraphLaunch(Graph* executable, Stream* stream) {
    const Alone alone(one);
    CALL(cuGraphLaunch);
    for (const Operation& operation : executable->operations) stream->queue.push_back({operation});
    return 0;
}
int cuGraphUpload(Graph*, Stream*) { return 0; }
int cuGraphDestroy(Graph* graph) {
    const Alone alone(one);
    delete graph;
    return 0;
}
int cuGraphExecDestroy(Graph* graph) {
    const Alone alone(one);
    delete graph;
    return failed("cuGraphExecDestroy");
}
int cuGetErrorName(int, const char** name) {
    const Alone alone(one);
    *name = "CUDA_ERROR_EMULATED";
    return 0;
}
int cuGetErrorString(int, const char** text) {
    const Alone alone(one);
    *text = "emulated error";
    return 0;
}
}
