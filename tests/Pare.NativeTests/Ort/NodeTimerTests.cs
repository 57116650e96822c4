using System.Text;
using Pare.Onnx;
using Pare.Ort;
using Pare.Zoo;
using Xunit;

namespace Pare.NativeTests.Ort;

public sealed class NodeTimerTests
{
    private static readonly LatencyOptions Short = new() { Budget = TimeSpan.FromMilliseconds(100), Run = new OrtOptions { Threads = 1 } };

    /// <summary>Two runs as ONNX Runtime writes them, with what stands around the kernels.</summary>
    private const string Sample = """
        [
        {"cat" : "Session","pid" :1,"tid" :1,"dur" :3103,"ts" :4,"ph" : "X","name" :"session_initialization","args" : {}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :13,"ts" :10,"ph" : "X","name" :"relu1_nchwc_kernel_time","args" : {"op_name" : "Conv","provider" : "CPUExecutionProvider","node_index" : "11"}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :1,"ts" :23,"ph" : "X","name" :"ReorderOutput_fence_after","args" : {"op_name" : "ReorderOutput"}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :3,"ts" :24,"ph" : "X","name" :"ReorderOutput_kernel_time","args" : {"op_name" : "ReorderOutput"}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :20,"ts" :30,"ph" : "X","name" :"fused pare.node.2._kernel_time","args" : {"op_name" : "FusedGemm"}},
        {"cat" : "Session","pid" :1,"tid" :1,"dur" :60,"ts" :9,"ph" : "X","name" :"model_run","args" : {}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :15,"ts" :70,"ph" : "X","name" :"relu1_nchwc_kernel_time","args" : {"op_name" : "Conv"}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :5,"ts" :90,"ph" : "X","name" :"ReorderOutput_kernel_time","args" : {"op_name" : "ReorderOutput"}},
        {"cat" : "Node","pid" :1,"tid" :1,"dur" :22,"ts" :99,"ph" : "X","name" :"fused pare.node.2._kernel_time","args" : {"op_name" : "FusedGemm"}}
        ]
        """;

    [Fact]
    public void Kernels_are_read_from_a_profile()
    {
        var kernels = ProfileFile.Parse(Encoding.UTF8.GetBytes(Sample));
        Assert.Equal(["relu1_nchwc Conv 13 15", "ReorderOutput ReorderOutput 3 5", "fused pare.node.2. FusedGemm 20 22"],
            kernels.Select(k => $"{k.Name} {k.Op} {string.Join(' ', k.Microseconds)}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""[{"cat":"Node","name":"a_kernel_time"}]""")]
    public void What_is_no_profile_is_refused(string text) => Assert.Throws<BadInputException>(() => ProfileFile.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_kernel_belongs_to_the_node_that_its_name_tells()
    {
        // relu1's kernel is a Conv: the one that leads to it.
        var profile = NodeTimer.Assign(Small(), ProfileFile.Parse(Encoding.UTF8.GetBytes(Sample)), costMs: 0.001);
        Assert.Equal([(0, 0.013), (2, 0.020)], profile.Nodes.Select(n => (n.Index, Math.Round(n.Ms, 9))));
        Assert.Equal([("ReorderOutput", 0.003)], profile.Added.Select(n => (n.Name, Math.Round(n.Ms, 9))));
    }

    [Fact]
    public void Where_two_nodes_could_be_meant_the_one_that_is_named_is()
    {
        var model = Small();
        var graph = model.Graph with
        {
            Nodes =
            [
                new Node { OpType = "Conv", Inputs = ["x", "w"], Outputs = ["a"] }, new Node { OpType = "Conv", Inputs = ["x", "v"], Outputs = ["b"] },
                new Node { OpType = "Add", Inputs = ["a", "b"], Outputs = ["relu1"] },
            ],
        };
        Assert.Equal(2, new KernelOwners(model with { Graph = graph }, []).IndexOf(new KernelTimes("relu1_nchwc", "Conv", [])));
    }

    [Fact]
    public void Kernels_that_run_several_times_in_a_run_are_added_up() =>
        Assert.Equal([7, 11], new KernelTimes("k", "K", [1, 2, 3, 4, 5, 6]).ByRun(runs: 3, skip: 1).Microseconds);

    [Fact]
    public void A_real_run_times_every_layer()
    {
        var model = ModelZoo.Build("lenet5");
        var time = NodeTimer.Measure(model, Short with { Batch = 2 });
        Assert.Equal(2, time.Examples);
        Assert.True(time.Runs >= LatencyMeter.MinRuns && time.Whole.Median > 0);
        Assert.Equal(1, time.Nodes.Concat(time.Added).Sum(time.Share), 1e-9);
        var timed = Layer.Of(new GraphIndex(model.Graph)).Select(l => time.Nodes.Single(n => n.Index == model.Graph.Nodes.IndexOf(l.Node)));
        // The profile counts whole microseconds, and the last dense layer takes no more than one.
        Assert.All(timed.SkipLast(1), node => Assert.True(node.Ms > 0));
    }

    [Fact]
    public void Inner_graphs_are_part_of_their_node()
    {
        Graph Branch(string op) => new() { Name = op, Outputs = [ValueInfo.Of(op, ElementType.Float, 4)], Nodes = [new Node { OpType = op, Name = op, Inputs = ["x"], Outputs = [op] }] };
        var model = new Model
        {
            Graph = new Graph
            {
                Name = "choice", Inputs = [ValueInfo.Of("c", ElementType.Bool, 1), ValueInfo.Of("x", ElementType.Float, 4)], Outputs = [ValueInfo.Of("y", ElementType.Float, 4)],
                Nodes = [new Node { OpType = "If", Inputs = ["c"], Outputs = ["y"], Attributes = [NodeAttribute.Of("then_branch", Branch("Exp")), NodeAttribute.Of("else_branch", Branch("Sin"))] }],
            },
        };
        var time = NodeTimer.Measure(model, Short);
        Assert.Equal(0, Assert.Single(time.Nodes).Index);
        Assert.Empty(time.Added);
    }

    private static Model Small() => new()
    {
        Graph = new Graph
        {
            Nodes =
            [
                new Node { OpType = "Conv", Inputs = ["x", "w"], Outputs = ["conv1"] }, new Node { OpType = "Relu", Inputs = ["conv1"], Outputs = ["relu1"] },
                new Node { OpType = "Gemm", Inputs = ["relu1", "v"], Outputs = ["y"] },
            ],
        },
    };
}
