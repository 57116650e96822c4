using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pare.Onnx;
using Tensor = Pare.Onnx.Tensor;

namespace Pare.Ort;

/// <summary>A model loaded by ONNX Runtime, ready to predict. Safe to use from several threads at once.</summary>
public sealed class OrtModel : IDisposable
{
    /// <summary>What is larger goes through a file: as an array it would stand in memory once more beside what the runtime makes of it.</summary>
    private const long MaxArrayBytes = 64 << 20;

    private readonly InferenceSession _session;
    private readonly string? _temporaryFolder;

    /// <summary>Loads a model.</summary>
    /// <exception cref="BadInputException">ONNX Runtime refuses the model.</exception>
    public OrtModel(Model model, OrtOptions? options = null)
    {
        if (model.Graph.AllTensors().Sum(t => (long)t.Data.Length) <= MaxArrayBytes)
        {
            _session = Load(o => new InferenceSession(OnnxWriter.ToBytes(model), o), options);
        }
        else
        {
            _temporaryFolder = Directory.CreateTempSubdirectory("pare-").FullName;
            try
            {
                var path = Path.Combine(_temporaryFolder, "model.onnx");
                OnnxFile.Write(model, path);
                _session = Load(o => new InferenceSession(path, o), options);
            }
            catch
            {
                Directory.Delete(_temporaryFolder, recursive: true);
                throw;
            }
        }
        (Inputs, Outputs) = (Describe(_session.InputMetadata), Describe(_session.OutputMetadata));
    }

    /// <summary>Loads an ONNX file's bytes.</summary>
    /// <exception cref="BadInputException">ONNX Runtime refuses the model.</exception>
    public OrtModel(byte[] file, OrtOptions? options = null)
    {
        _session = Load(o => new InferenceSession(file, o), options);
        (Inputs, Outputs) = (Describe(_session.InputMetadata), Describe(_session.OutputMetadata));
    }

    /// <summary>Loads an ONNX file, with the data files beside it.</summary>
    /// <exception cref="BadInputException">ONNX Runtime refuses the model.</exception>
    public OrtModel(string path, OrtOptions? options = null)
    {
        _session = Load(o => new InferenceSession(path, o), options);
        (Inputs, Outputs) = (Describe(_session.InputMetadata), Describe(_session.OutputMetadata));
    }

    /// <summary>What the model needs. Values that are not tensors have type Undefined.</summary>
    public ImmutableArray<ValueInfo> Inputs { get; }

    /// <summary>What the model computes.</summary>
    public ImmutableArray<ValueInfo> Outputs { get; }

    /// <summary>Starts ONNX Runtime itself, which takes longer than loading a small model and should not be measured with the first one.</summary>
    public static void StartRuntime()
    {
        var value = ValueInfo.Of("x", ElementType.Float, 1);
        using var model = new OrtModel(new Model
        {
            Graph = new Graph { Name = "start", Inputs = [value], Outputs = [value with { Name = "y" }], Nodes = [new Node { OpType = "Neg", Inputs = ["x"], Outputs = ["y"] }] },
        });
        model.Run(Tensor.Of("x", [1], [0f]));
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">Tensors under the inputs' names.</param>
    /// <returns>The outputs in the model's order, under their names.</returns>
    /// <exception cref="BadInputException">ONNX Runtime refuses the inputs, or an output is not a tensor of numbers.</exception>
    public ImmutableArray<Tensor> Run(params IReadOnlyCollection<Tensor> inputs)
    {
        var pins = new List<System.Buffers.MemoryHandle>();
        var values = new List<OrtValue>();
        try
        {
            foreach (var input in inputs)
            {
                pins.Add(input.Data.Pin());
                values.Add(ToOrt(input, pins[^1]));
            }
            using var run = new RunOptions();
            using var results = _session.Run(run, [.. inputs.Select(t => t.Name)], values, _session.OutputNames);
            return [.. results.Zip(_session.OutputNames, FromOrt)];
        }
        catch (OnnxRuntimeException e)
        {
            throw e.ToBadInput("ONNX Runtime cannot run the model");
        }
        finally
        {
            foreach (var value in values) value.Dispose();
            foreach (var pin in pins) pin.Dispose();
        }
    }

    /// <summary>Ends profiling and returns the profile.</summary>
    internal byte[] EndProfiling() => File.ReadAllBytes(_session.EndProfiling());

    public void Dispose()
    {
        _session.Dispose();
        if (_temporaryFolder is not null) Directory.Delete(_temporaryFolder, recursive: true);
    }

    private static InferenceSession Load(Func<SessionOptions, InferenceSession> load, OrtOptions? options)
    {
        using var sessionOptions = (options ?? new()).ToSessionOptions();
        try
        {
            return load(sessionOptions);
        }
        catch (OnnxRuntimeException e)
        {
            throw e.ToBadInput("ONNX Runtime refuses the model");
        }
    }

    private static ImmutableArray<ValueInfo> Describe(IReadOnlyDictionary<string, NodeMetadata> values) =>
        [.. values.Select(v => v.Value.IsTensor
            ? ValueInfo.Of(v.Key, (ElementType)v.Value.ElementDataType,
                [.. v.Value.Dimensions.Zip(v.Value.SymbolicDimensions, (n, name) => n >= 0 ? n : name.Length > 0 ? new Dimension(null, name) : Dimension.Unknown)])
            : new ValueInfo { Name = v.Key })];

    private static unsafe OrtValue ToOrt(Tensor tensor, System.Buffers.MemoryHandle pin)
    {
        // An empty tensor has no address, but ONNX Runtime wants one.
        var data = pin.Pointer == null ? (nint)sizeof(long) : (nint)pin.Pointer;
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.Type, [.. tensor.Shape], data, tensor.Data.Length);
    }

    private static Tensor FromOrt(OrtValue value, string name)
    {
        if (!value.IsTensor) throw new BadInputException($"output '{name}' is not a tensor");
        var info = value.GetTensorTypeAndShape();
        var type = (ElementType)info.ElementDataType;
        if (type == ElementType.Text) throw new BadInputException($"output '{name}' is text; only numbers can be read");
        return new Tensor { Name = name, Type = type, Shape = [.. info.Shape], Data = value.GetTensorMutableRawData().ToArray() };
    }
}
