using Pare.Data;
using Pare.Onnx;
using Pare.Recipes;
using TorchSharp;

namespace Pare.Torch.Training.Distilling;

/// <summary>One job's teachers, and the loss with what the student learns from them.</summary>
internal sealed class Distiller : IDisposable
{
    private readonly Distillation _plan;
    private readonly Loss _loss;
    private readonly double _share;
    private readonly string _output;
    private readonly List<Teacher> _teachers = [];
    private readonly List<TeacherOutputs> _known = [];
    private readonly IReadOnlyList<string> _regressed;

    /// <exception cref="BadInputException">A teacher does not fit the student or the data, or a tensor is missing or of another rank.</exception>
    public Distiller(TrainJob job, Loss loss, CancellationToken cancellation)
    {
        (_plan, _loss, _share) = (job.Distillation!.Validate(), loss, job.Options.TeacherShare);
        if (job.Edit is not null && _plan.LooksInside) throw new ArgumentException("an edit may remove the tensors that hints and attention look at", nameof(job));
        _output = Trainer.OutputOf(job.Model, "student");
        CheckLabels(job);
        var pairs = _plan.Hints.Concat(_plan.Attention).ToList();
        foreach (var model in _plan.Teachers)
            _teachers.Add(new Teacher(model, _teachers.Count == 0 ? pairs.Select(p => p.Teacher) : [], job.Options, job.Train, _plan.Teachers.Length == 1 ? "teacher" : $"teacher {_teachers.Count + 1}"));
        Student = InnerValues.Expose(job.Model, pairs.Select(p => p.Student), "student");
        using (torch.NewDisposeScope())
        {
            // Shapes are those of a trial, whatever the graphs say of them.
            var trial = torch.zeros([2, .. job.Train.Shape.Select(d => (long)d)]);
            using var graph = new TorchGraph(Student);
            var values = graph.Run(trial, training: false);
            var outputs = (int)_loss.Plain(values[_output]).shape[1];
            foreach (var teacher in _teachers) CheckOutputs(teacher, teacher.Run(trial).Said, outputs);
            var first = _teachers[0].Run(trial).Values;
            foreach (var pair in _plan.Attention) PairShapes.CheckMaps(pair, values[pair.Student], first[pair.Teacher]);
            (Student, _regressed) = Regressors.Add(Student, _plan.Hints.Select(p => PairShapes.Regression(p, values[p.Student], first[p.Teacher])), job.Options.Seed);
            var hindrance = TeacherOutputs.Hindrance(job, outputs);
            if (hindrance is not null && _plan.Cache is not null) throw new BadInputException($"the teachers' outputs cannot be kept in '{_plan.Cache}': {hindrance}");
            if (hindrance is null && _share > 0) _known.AddRange(_teachers.Select(t => TeacherOutputs.Of(t, outputs, job, cancellation)));
        }
    }

    /// <summary>The network to train: the job's, with what is looked at inside it as outputs, and the regressors of hints.</summary>
    public Model Student { get; }

    /// <summary>The loss of a batch, a scalar.</summary>
    /// <param name="student">The outputs of <see cref="Student"/>.</param>
    /// <param name="input">What the student saw.</param>
    public torch.Tensor Loss(IReadOnlyDictionary<string, torch.Tensor> student, torch.Tensor input, Batch batch)
    {
        var output = student[_output];
        var running = _known.Count > 0 ? 0 : _share > 0 ? _teachers.Count : _plan.LooksInside ? 1 : 0;
        var answers = _teachers.Take(running).Select(t => t.Run(input)).ToList();
        var terms = new List<torch.Tensor>();
        using Scalar hardShare = 1 - _share, softShare = _share;
        if (_share < 1) terms.Add(_loss.Of(output, batch).mul(hardShare));
        if (_share > 0) terms.Add(_loss.Following(output, batch, [.. _known.Count > 0 ? _known.Select(k => k.For(batch)) : answers.Select(a => a.Said)]).mul(softShare));
        terms.AddRange(_plan.Hints.Select((pair, i) => InnerLoss.Hint(student[_regressed[i]], answers[0].Values[pair.Teacher]).Times(_plan.HintWeight)));
        terms.AddRange(_plan.Attention.Select(pair => InnerLoss.Attention(student[pair.Student], answers[0].Values[pair.Teacher]).Times(_plan.AttentionWeight)));
        return terms.Aggregate((a, b) => a.Plus(b));
    }

    public void Dispose()
    {
        foreach (var teacher in _teachers) teacher.Dispose();
    }

    private void CheckLabels(TrainJob job)
    {
        if (_share == 1 || job.Train is IPointDataset) return;
        for (var i = 0; i < job.Train.Count; i++)
            if (job.Train.Label(i) < 0) throw new BadInputException($"training example {i} has no label, which a teacher share of {_share} needs; without labels 1 is allowed");
    }

    private static void CheckOutputs(Teacher teacher, torch.Tensor said, int outputs)
    {
        if (said.shape[1] != outputs) throw new BadInputException($"the {teacher.Name} gives {said.shape[1]} numbers an example, the student {outputs}; they must be as many");
    }
}
