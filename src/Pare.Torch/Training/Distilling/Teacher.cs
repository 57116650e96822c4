using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training.Distilling;

/// <summary>A network that is followed: computes without gradients and never changes.</summary>
internal sealed class Teacher : IDisposable
{
    private readonly TorchGraph _graph;
    private readonly Loss _loss;
    private readonly string _output;

    /// <param name="inner">Tensors inside it that are looked at.</param>
    /// <param name="data">What it is to teach on.</param>
    /// <param name="name">Stands in messages.</param>
    /// <exception cref="BadInputException">It has not one input and one output, or lacks one of the tensors.</exception>
    public Teacher(Model model, IEnumerable<string> inner, TrainOptions options, IDataset data, string name)
    {
        (Model, Name) = (model, name);
        _output = Trainer.OutputOf(model, name);
        _loss = Loss.For(model, options, data);
        _graph = new TorchGraph(InnerValues.Expose(model, inner, name));
    }

    public Model Model { get; }

    public string Name { get; }

    /// <summary>What it says of a batch, [batch, numbers], and the tensors inside it by name.</summary>
    public (torch.Tensor Said, IReadOnlyDictionary<string, torch.Tensor> Values) Run(torch.Tensor input)
    {
        using var noGradient = torch.no_grad();
        var values = _graph.Run(input, training: false);
        return (_loss.Plain(values[_output].to(torch.float32)), values);
    }

    public void Dispose() => _graph.Dispose();
}
