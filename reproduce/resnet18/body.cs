#:project ../../src/Pare/Pare.csproj
#:property RestorePackagesWithLockFile=false
// The body of ResNet-18 (He et al. 2016, table 1: four stages of two blocks, 64 to 512 channels) with seeded weights, and inputs to calibrate it on: body.cs MODEL.onnx INPUTS.npy
using Pare.Onnx;

var random = new Random(0);
float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

var nodes = new List<Node>();
var weights = new List<Tensor>();
string Add(string op, string name, string[] inputs, params NodeAttribute[] attributes)
{
    nodes.Add(new Node { OpType = op, Name = name, Inputs = [.. inputs], Outputs = [name], Attributes = [.. attributes] });
    return name;
}

string Conv(string name, string x, int from, int to, int kernel, int stride)
{
    var deviation = MathF.Sqrt(2f / (from * kernel * kernel));
    weights.Add(Tensor.Of($"{name}.w", [to, from, kernel, kernel], [.. Enumerable.Range(0, to * from * kernel * kernel).Select(_ => deviation * Normal())]));
    weights.Add(Tensor.Of($"{name}.b", [to], [.. Enumerable.Range(0, to).Select(_ => 0.1f * Normal())]));
    var pad = kernel / 2;
    return Add("Conv", name, [x, $"{name}.w", $"{name}.b"], NodeAttribute.Of("kernel_shape", kernel, kernel), NodeAttribute.Of("strides", stride, stride), NodeAttribute.Of("pads", pad, pad, pad, pad));
}

var (x, channels) = ("x", 64);
foreach (var width in new[] { 64, 128, 256, 512 })
    for (var block = 1; block <= 2; block++)
    {
        var name = $"stage{width}.{block}";
        var stride = width > channels ? 2 : 1;
        var inner = Add("Relu", $"{name}.relu1", [Conv($"{name}.conv1", x, channels, width, 3, stride)]);
        var branch = Conv($"{name}.conv2", inner, width, width, 3, 1);
        var shortcut = stride == 1 ? x : Conv($"{name}.shortcut", x, channels, width, 1, stride);
        x = Add("Relu", $"{name}.relu2", [Add("Add", $"{name}.sum", [branch, shortcut])]);
        channels = width;
    }
OnnxFile.Write(new Model
{
    Graph = new Graph
    {
        Name = "resnet18-body", Nodes = [.. nodes], Initializers = [.. weights],
        Inputs = [ValueInfo.Of("x", ElementType.Float, 1, 64, 56, 56)], Outputs = [ValueInfo.Of(x, ElementType.Float, 1, 512, 7, 7)],
    },
}, args[0]);

// What a stem would hand over: no value below 0.
const int examples = 32;
using var file = File.Create(args[1]);
var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({examples}, 64, 56, 56), }}".PadRight(117) + '\n';
file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. System.Text.Encoding.ASCII.GetBytes(header)]);
for (var i = 0; i < examples * 64 * 56 * 56; i++) file.Write(BitConverter.GetBytes(Math.Max(0, Normal())));
