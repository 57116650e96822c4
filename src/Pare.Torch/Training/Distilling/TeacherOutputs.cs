using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training.Distilling;

/// <summary>
/// What one teacher says of every training example, worked out once, in the data's order, before training starts. Where it comes from a file, the numbers are
/// the same to the bit.
/// </summary>
internal sealed class TeacherOutputs
{
    private const int BatchSize = 500;
    private readonly float[] _said;
    private readonly int _outputs;

    private TeacherOutputs(float[] said, int outputs) => (_said, _outputs) = (said, outputs);

    /// <summary>Why the teachers must run on every batch of a job instead; null where what they say can be worked out beforehand.</summary>
    /// <param name="outputs">Numbers a teacher says of an example.</param>
    public static string? Hindrance(TrainJob job, int outputs)
    {
        if (job.Distillation!.LooksInside) return "tensors inside the teacher are followed, so that it runs anyway";
        if (job.Augmentation is { } changes && changes != new Augmentation()) return "with augmentation the teacher must see what the student sees";
        if (job.Train is IPointDataset points && !ReferenceEquals(points, points.Varied(0, 0))) return "the data varies its crops, and the teacher must see what the student sees";
        return 4L * job.Train.Count * outputs > Array.MaxLength - 1024 ? $"{job.Train.Count} x {outputs} numbers are too many to keep" : null;
    }

    /// <summary>Reads or works out what a teacher says of a job's training examples.</summary>
    public static TeacherOutputs Of(Teacher teacher, int outputs, TrainJob job, CancellationToken cancellation)
    {
        if (job.Distillation!.Cache is not { } folder) return new TeacherOutputs(Said(teacher, outputs, job, cancellation), outputs);
        Create(folder);
        var key = Key(teacher.Model, job.Train, job.Preprocess);
        var path = Path.Combine(folder, $"{Convert.ToHexStringLower(key)}.teacher");
        var said = TeacherFile.Read(path, key, job.Train.Count, outputs);
        if (said is null)
        {
            said = Said(teacher, outputs, job, cancellation);
            TeacherFile.Write(path, key, job.Train.Count, outputs, said);
        }
        return new TeacherOutputs(said, outputs);
    }

    /// <summary>What the teacher says of a batch, [batch, numbers].</summary>
    public torch.Tensor For(Batch batch)
    {
        var rows = new float[batch.Count * _outputs];
        for (var i = 0; i < batch.Count; i++) _said.AsSpan(batch.Indices[i] * _outputs, _outputs).CopyTo(rows.AsSpan(i * _outputs));
        return torch.tensor(rows, [batch.Count, _outputs]);
    }

    private static float[] Said(Teacher teacher, int outputs, TrainJob job, CancellationToken cancellation)
    {
        var said = new float[job.Train.Count * outputs];
        foreach (var batch in BatchLoader.Epoch(job.Train, BatchSize, job.Preprocess, null, seed: 0, epoch: 0, shuffle: false, ahead: Cores.AreSpare))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            teacher.Run(batch.ToTensor()).Said.contiguous().data<float>().ToArray().CopyTo(said, batch.Indices[0] * outputs);
        }
        return said;
    }

    /// <summary>Tells apart what a teacher says: the network, the preprocessing and every value of the examples.</summary>
    private static byte[] Key(Model teacher, IDataset data, Preprocess preprocess) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{OnnxWriter.Sha256(teacher)} {preprocess} {ExampleDigest.Of(data)}"));

    private static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot make the folder '{folder}' for the teachers' outputs: {e.Message}", e);
        }
    }
}
